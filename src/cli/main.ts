// The shell: parses argv, gives a command its surroundings, prints its result, and decides the exit status.
import { CommanderError } from "@commander-js/extra-typings";
import { usageError } from "../model/errors.ts";
import type { Execute } from "./command.ts";
import { createContext, errorColors, type ProcessContext } from "./context.ts";
import { describeFailure } from "./failure.ts";
import { type Globals, globalsOf } from "./globals.ts";
import { printOutcome, write } from "./output.ts";
import { createProgram } from "./program.ts";

const readerGone = Symbol("nobody reads stdout any more");

/** Why everything is ended where stdout does not take what is written to it: a full disk, say. */
class OutputError extends Error {}

/** Runs the command line of this process; gives back the exit status. */
export async function main(): Promise<number> {
  // The SDK's own many-line warning about Node 20; `doctor` says it once instead.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= "true";
  const argv = process.argv.slice(2);
  const interruption = watchInterruption();

  let exitCode = 0;
  let globals = guessGlobals(argv);
  let context: ProcessContext | undefined;
  const execute: Execute = async (run) => {
    globals = globalsOf(program.opts(), process.env);
    context = createContext(globals, interruption.signal);
    const outcome = await run(context);
    if (outcome.exitCode !== 130 || interruption.signal.reason === readerGone) interruption.signal.throwIfAborted();
    context.progress.close();
    await printOutcome(process.stdout, outcome, globals.json);
    exitCode = outcome.exitCode ?? 0;
  };
  const program = createProgram({
    execute,
    // The words of a wrong usage come at the end, as those of any other failure do.
    outputError: () => {},
    // Help, where a command was to be named; under --json the document says so.
    writeErr: (text) => !globals.json && process.stderr.write(text),
  });

  try {
    await program.parseAsync(argv, { from: "user" });
  } catch (thrown) {
    context?.progress.close();
    const { signal } = interruption;
    if (signal.reason === readerGone) return 0;
    if (thrown instanceof CommanderError) exitCode = await endOfParsing(thrown, globals);
    else if (signal.reason instanceof OutputError) exitCode = await fail(signal.reason.cause, globals, false);
    else exitCode = await fail(thrown, globals, signal.aborted);
  } finally {
    interruption.end();
  }
  return exitCode;
}

/** Turns the first Ctrl-C into an abort that reaches everything; a second one means now. */
function watchInterruption(): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const interrupt = () => {
    if (controller.signal.aborted) process.exit(130);
    controller.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupt);
  // A reader that has gone (`| head`) ends a command that goes on, and is no reason for a stack trace.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    controller.abort(error.code === "EPIPE" ? readerGone : new OutputError("stdout is broken", { cause: error }));
  });
  // The story is told whether anybody listens or not: what is done comes to its end.
  process.stderr.on("error", () => {});
  return {
    signal: controller.signal,
    end: () => {
      for (const signal of signals) process.off(signal, interrupt);
    },
  };
}

/** Before anything is parsed: enough to print a wrong usage the right way. */
function guessGlobals(argv: readonly string[]): Globals {
  const values = {
    json: argv.includes("--json"),
    verbose: argv.includes("--verbose") || argv.includes("-v"),
    color: !argv.includes("--no-color"),
  };
  return globalsOf(values, { NO_COLOR: process.env.NO_COLOR });
}

async function fail(thrown: unknown, globals: Globals, interrupted: boolean): Promise<number> {
  const failure = describeFailure(thrown, { colors: errorColors(globals), verbose: globals.verbose, interrupted });
  await write(process.stderr, failure.text);
  // What cannot be written there has been said on stderr.
  if (globals.json) await write(process.stdout, `${JSON.stringify(failure.document)}\n`).catch(() => {});
  return failure.exitCode;
}

/** Help and version end through an exception too, with status 0; everything else of the parser's is a wrong usage. */
async function endOfParsing(error: CommanderError, globals: Globals): Promise<number> {
  if (error.exitCode === 0) return 0;
  const failure = describeFailure(describeUsage(error), {
    colors: errorColors(globals),
    verbose: false,
    interrupted: false,
  });
  if (globals.json) await write(process.stdout, `${JSON.stringify(failure.document)}\n`);
  else if (error.code !== "commander.help") await write(process.stderr, failure.text);
  return failure.exitCode;
}

/** The parser's words (`error: unknown option '--nope'`, then perhaps `(Did you mean --node?)` on a line of its own) as ours. */
function describeUsage(error: CommanderError): Error {
  if (error.code === "commander.help") {
    return usageError("No command was named.", { code: "Usage", hint: "lambda-ext --help lists them." });
  }
  const [words = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const message = `${words.charAt(0).toUpperCase()}${words.slice(1)}${words.endsWith(".") ? "" : "."}`;
  const hint = rest.join(" ").replace(/^\(|\)$/g, "") || "Run the command with --help.";
  return usageError(message, { code: "Usage", hint });
}
