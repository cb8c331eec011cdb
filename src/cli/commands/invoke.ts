// invoke: calls a function and gives back what it answers, byte for byte.
import { resolve } from "node:path";
import { type Command, Option } from "@commander-js/extra-typings";
import type { InvocationAnswer } from "../../aws/lambda/invoke.ts";
import { describeFunctionError } from "../../functions/function-error.ts";
import { readableMessage } from "../../functions/logs/readable.ts";
import { usageError } from "../../model/errors.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import { functionNamed } from "../function-named.ts";
import { invocationDocument } from "../invocation-shape.ts";
import { readArgument } from "../payload.ts";
import { connectProject, openProject, type Remote } from "../remote.ts";
import { readTraceWish, showTrace } from "../trace/show.ts";
import { openOutput } from "../write-file.ts";

export const invoke = defineCommand({
  name: "invoke",
  summary: "invoke a function; its answer goes to stdout or a file",
  examples: [
    "lambda-ext invoke --function demo",
    `lambda-ext invoke --function demo --payload '{"id":"a"}' --log`,
    "lambda-ext invoke --function demo --payload @event.json --out response.json",
    "lambda-ext invoke --function demo --stream",
    "lambda-ext invoke --function demo --local --trace --trace-file trace.html",
  ],
  configure: (command: Command) =>
    command
      .option("--function <function>", "name or ARN (default: the configuration's, else the only one in the region)")
      .option("--payload <payload>", "JSON, @file, or - for standard input (default: {})")
      .option("--payload-base64 <base64>", "the payload in base64")
      .option("--out <file>", "write the answer here instead of to stdout")
      .option("--stream", "take the answer as it comes, chunk by chunk")
      .option("--log", "show the end of the log on stderr")
      .option("--trace", "show on stderr what happened when: INIT, INVOKE, each extension (with --local)")
      .option("--trace-file <file>", "write the same as a page for a browser (with --local)")
      .option("--qualifier <qualifier>", "a version or an alias")
      .addOption(
        new Option(
          "--type <type>",
          "wait for the answer, leave the event in Lambda's queue, or only ask whether one may",
        )
          .choices(["sync", "async", "dry-run"] as const)
          .default("sync" as const),
      ),
  run: async (context, options) => {
    const { type, qualifier, stream = false } = options;
    if (stream && type !== "sync") {
      throw usageError(`Only an invocation whose answer is waited for can be streamed, not --type ${type}.`, {
        code: "NothingToStream",
        hint: "Leave out --stream or --type.",
      });
    }
    const payload = await readPayload(context, options);
    const file = options.out === undefined ? undefined : resolve(context.cwd, options.out);
    const write = file === undefined ? undefined : await openOutput(file);
    const project = await openProject(context);
    const traceWish = await readTraceWish(context, project, options);
    const [{ invoke: call }, remote] = await Promise.all([
      import("../../functions/invoke.ts"),
      connectProject(context, project),
    ]);
    const { connection, region } = remote;
    const named = options.function ?? project.function;
    const address = await functionNamed(named, connection, region);
    const task = context.progress.start(`Invoking ${address.name}`);
    let ended = true;
    const take = async (chunk: Uint8Array) => {
      // From here on the terminal belongs to the answer.
      task.done();
      if (chunk.length > 0) ended = chunk.at(-1) === newline;
      if (file === undefined) await context.pass(chunk);
    };
    // With a log the answer comes at the end of the invocation, when all of the trace but the freeze or a reset is there.
    const log = options.log === true || traceWish !== undefined;
    const wish = { ...address, payload, type, qualifier, log, ...(stream && { take }) };
    const answer = await call(connection, wish)
      .finally(() => task.done())
      .catch(async (error: unknown) => {
        await tellWarnings(context, remote);
        throw error;
      });

    if (stream && context.columns !== undefined && !ended && file === undefined) await context.pass(Buffer.from("\n"));
    await write?.(answer.payload);
    if (options.log && answer.log !== undefined && !context.globals.json)
      context.tell(answer.log.split("\n").map(readableMessage).join("\n"));
    if (answer.functionError !== undefined) {
      context.tell(
        `✗ ${address.name} returned an error (${answer.functionError})\n${describeFunctionError(errorOf(answer))}`,
      );
    } else if (type === "async") context.progress.step(`${address.name} will be invoked: Lambda has queued the event`);
    else if (type === "dry-run") context.progress.step(`${address.name} may be invoked`);
    const fetchTrace = () => remote.trace(answer.requestId ?? "");
    const trace = traceWish && (await showTrace(context, traceWish, fetchTrace));
    const warnings = await tellWarnings(context, remote);
    const shown = options.log ? answer : { ...answer, log: undefined };
    return {
      document: { ...invocationDocument(shown, file), ...(warnings.length > 0 && { warnings }), trace },
      text: file === undefined && !stream ? printable(answer.payload, context.columns !== undefined) : "",
      exitCode: answer.functionError === undefined ? 0 : 4,
    };
  },
});

const newline = 10;

/** What the target knows of the invocation and AWS would not say. */
async function tellWarnings({ progress }: CommandContext, remote: Remote): Promise<readonly string[]> {
  const warnings = await remote.warnings();
  for (const warning of warnings) progress.warn(warning);
  return warnings;
}

/** What describes the error: behind a streamed answer, else in its place. */
function errorOf({ errorDetails, payload }: InvocationAnswer): Uint8Array {
  return errorDetails === undefined ? payload : Buffer.from(errorDetails);
}

/** Byte for byte, but for a newline before the prompt where a person reads it. */
function printable(payload: Uint8Array, terminal: boolean): string | Uint8Array {
  return terminal ? Buffer.from(payload).toString() : payload;
}

async function readPayload(
  context: CommandContext,
  options: { readonly payload?: string | undefined; readonly payloadBase64?: string | undefined },
): Promise<Uint8Array> {
  const { payload, payloadBase64 } = options;
  if (payloadBase64 === undefined) return await readArgument(context, "--payload", payload ?? "{}");
  if (payload !== undefined) {
    throw usageError("Both --payload and --payload-base64 were given.", {
      code: "TwoPayloads",
      hint: "Give one of them.",
    });
  }
  const bytes = Buffer.from(payloadBase64, "base64");
  // Line breaks are what many encoders put in; anything else that decoding skips is a mistake.
  const given = payloadBase64.replace(/\s|=+\s*$/g, "");
  if (bytes.toString("base64").replace(/=+$/, "") === given) return bytes;
  throw usageError("The value of --payload-base64 is not base64.", {
    code: "InvalidBase64",
    hint: "Or give the payload as it is: --payload '{}'",
  });
}
