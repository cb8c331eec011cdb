// Invoke: runs the function and answers with what came of it, or takes the event in, or only looks whether it could.

import { LambdaExtError } from "../../../../model/errors.ts";
import { limits } from "../../../../model/limits.ts";
import type { InvokeResult } from "../../../execution.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import type { Answer } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { type FoundFunction, findFunction, functionNotFound, functionResource } from "../find-function.ts";
import { functionArn, readFunctionName } from "../names.ts";
import { queueEvent } from "./events.ts";
import { executionError } from "./execution-error.ts";
import { snapshotOf } from "./snapshot.ts";

/** For an event; AWS's guide since 2025. */
const mostEventBytes = 1_048_576;
/** Before base64, as the API reference says. */
const mostContextCharacters = 3583;

export const invoke: RestOperation = {
  name: "Invoke",
  route: "POST /2015-03-31/functions/{FunctionName}/invocations",
  action: "lambda:InvokeFunction",
  resources: functionResource,
  async handle(account, call) {
    const type = header(call, "x-amz-invocation-type") ?? "RequestResponse";
    const logType = header(call, "x-amz-log-type") ?? "None";
    new Constraints()
      .oneOf(type, "invocationType", ["Event", "RequestResponse", "DryRun"])
      .oneOf(logType, "logType", ["None", "Tail"])
      .done();
    const found = findInvoked(account, call);
    if (found.transition?.kind === "creating") {
      const text =
        "The operation cannot be performed at this time. The function is currently in the following state: Pending";
      throw new AwsError("ResourceConflictException", text, { status: 409 });
    }
    if (type === "DryRun") return { status: 204, headers: { "x-amz-executed-version": found.content.version } };
    const payload = readPayload(call.body, type);
    const clientContext = readClientContext(header(call, "x-amz-client-context"));
    if (type === "Event") {
      await queueEvent(account, { found, payload, clientContext, requestId: call.requestId });
      return { status: 202 };
    }
    const tail = logType === "Tail";
    const result = await run(account, { call, found, payload, clientContext, tail });
    return answer(result, { version: found.content.version, tail });
  },
};

interface Invocation {
  readonly call: RestCall;
  readonly found: FoundFunction;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
  /** Without, the caller has the answer as soon as the runtime has given it. */
  readonly tail: boolean;
}

async function run(account: AccountState, invocation: Invocation): Promise<InvokeResult> {
  const { call, found, payload, clientContext, tail } = invocation;
  const { document, qualifier, transition } = found;
  // While an update is on its way, the function is what it was.
  const content = (found.content === document.latest && transition?.previous) || found.content;
  try {
    const executor = await account.executor();
    return await executor.invoke(snapshotOf(account.store.blobs, document, content), {
      requestId: call.requestId,
      payload,
      invokedFunctionArn: functionArn(call, document.functionName, qualifier),
      clientContext,
      logTail: tail,
      traceId: header(call, "x-amzn-trace-id"),
    });
  } catch (error) {
    if (error instanceof LambdaExtError) throw executionError(error);
    throw error;
  }
}

function answer(result: InvokeResult, { version, tail }: { version: string; tail: boolean }): Answer {
  const headers: Record<string, string> = { "content-type": "application/json", "x-amz-executed-version": version };
  if (result.functionError) headers["x-amz-function-error"] = result.functionError;
  if (tail) headers["x-amz-log-result"] = Buffer.from(result.logTail).toString("base64");
  return { status: 200, headers, body: result.payload };
}

function findInvoked(account: AccountState, call: RestCall): FoundFunction {
  const beside = call.query.get("Qualifier") ?? undefined;
  const { name, qualifier } = readFunctionName(call, call.path.FunctionName ?? "", beside);
  // Invoke alone says which version it looked for where none was named.
  if (!account.store.functions.get(call.region, name)) throw functionNotFound(call, name, qualifier ?? "$LATEST");
  return findFunction(account, call);
}

function readPayload(body: Buffer, type: string): Buffer {
  const most = type === "Event" ? mostEventBytes : limits.payloadBytes;
  if (body.length > most) {
    const text = `${body.length} byte payload is too large for the ${type} invocation type (limit ${most} bytes)`;
    throw new AwsError("RequestTooLargeException", text, { status: 413 });
  }
  // A function that is called with nothing gets an empty object.
  if (body.length === 0) return Buffer.from("{}");
  try {
    JSON.parse(decoder.decode(body));
    return body;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    const text = `Could not parse request body into json: Could not parse payload into json: ${reason}`;
    throw new AwsError("InvalidRequestContentException", text, { cause });
  }
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function readClientContext(encoded: string | undefined): string | undefined {
  if (encoded === undefined) return undefined;
  const decoded = Buffer.from(encoded, "base64").toString("utf8");
  try {
    if (encoded.length > mostContextCharacters) throw new Error(`more than ${mostContextCharacters} characters`);
    JSON.parse(decoded);
    return decoded;
  } catch (cause) {
    const text = `Client context must be a valid Base64-encoded JSON object of at most ${mostContextCharacters} characters.`;
    throw new AwsError("InvalidRequestContentException", text, { cause });
  }
}

function header(call: RestCall, name: string): string | undefined {
  const value = call.headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
