// What the ways of invoking have in common: which function, with what, and running it.
import { LambdaExtError } from "../../../../model/errors.ts";
import { limits } from "../../../../model/limits.ts";
import type { InvokeResult, ResponseReceiver } from "../../../execution.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall } from "../../rest-service.ts";
import { type FoundFunction, findFunction, functionNotFound, routedVersionOf } from "../find-function.ts";
import { functionArn, readFunctionName } from "../names.ts";
import { executionError, machineLimit } from "./execution-error.ts";
import { snapshotOf } from "./snapshot.ts";
import { traceHeader, traceIdOf } from "./trace-id.ts";

/** For an event; AWS's guide since 2025. */
export const mostEventBytes = 1_048_576;
/** Before base64, as the API reference says. */
const mostContextCharacters = 3583;

/** How the caller wants it, and of which function. */
export interface Wish {
  readonly type: string;
  /** The end of the log is wanted too. */
  readonly tail: boolean;
  readonly found: FoundFunction;
}

/**
 * Reads the headers and finds the function.
 * @throws AwsError for a type that is none of `types`, and where the function can't be invoked.
 */
export function readWish(account: AccountState, call: RestCall, types: readonly string[]): Wish {
  const type = header(call, "x-amz-invocation-type") ?? "RequestResponse";
  const logType = header(call, "x-amz-log-type") ?? "None";
  new Constraints().oneOf(type, "invocationType", types).oneOf(logType, "logType", ["None", "Tail"]).done();
  return { type, tail: logType === "Tail", found: findInvoked(account, call) };
}

/** What the function is to be given. @throws AwsError for what can't be given to it. */
export function readEvent(call: RestCall, type: string): Pick<Invocation, "payload" | "clientContext" | "traceId"> {
  return {
    payload: readPayload(call.body, type),
    clientContext: readClientContext(header(call, "x-amz-client-context")),
    traceId: traceIdOf(header(call, traceHeader)),
  };
}

/** An invocation whose caller waits for the answer. */
export interface Invocation {
  readonly call: RestCall;
  readonly found: FoundFunction;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
  readonly traceId: string;
  /** Without, the caller has the answer as soon as the runtime has given it. */
  readonly tail: boolean;
  /** Takes the response as it comes. */
  readonly receiver?: ResponseReceiver | undefined;
}

/**
 * Runs the function.
 * @throws AwsError where it could not be run at all.
 */
export async function runInvocation(account: AccountState, invocation: Invocation): Promise<InvokeResult> {
  const { call, found, payload, clientContext, traceId, tail, receiver } = invocation;
  const { document, qualifier, transition } = found;
  // While an update is on its way, the function is what it was.
  const content = (found.content === document.latest && transition?.previous) || found.content;
  try {
    const executor = await account.executor();
    const result = await executor.invoke(snapshotOf(account.store.blobs, document, content), {
      requestId: call.requestId,
      payload,
      invokedFunctionArn: functionArn(call, document.functionName, qualifier),
      clientContext,
      logTail: tail,
      receiver,
      traceId,
    });
    account.throttled.release(document);
    return result;
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    const limit = machineLimit(error);
    if (limit !== undefined) account.warnSeldom(limit);
    throw executionError(error);
  }
}

/**
 * The function that is to run.
 * @throws AwsError where there is none, or none yet.
 */
function findInvoked(account: AccountState, call: RestCall): FoundFunction {
  const beside = call.query.get("Qualifier") ?? undefined;
  const { name, qualifier } = readFunctionName(call, call.path.FunctionName ?? "", beside);
  // Invoke alone says which version it looked for where none was named.
  if (!account.store.functions.get(call.region, name)) throw functionNotFound(call, name, qualifier ?? "$LATEST");
  const found = findFunction(account, call);
  // As on AWS, where the function is not made for tenants; none is here.
  if (header(call, "x-amz-tenant-id")) {
    const text = `Tenant ID is not supported: ${name} is not configured for tenant isolation, which the local endpoint does not play.`;
    throw new AwsError("InvalidParameterValueException", text, { status: 400 });
  }
  if (found.transition?.kind !== "creating") {
    return { ...found, content: routedVersionOf(account, found.document, qualifier) ?? found.content };
  }
  const text =
    "The operation cannot be performed at this time. The function is currently in the following state: Pending";
  throw new AwsError("ResourceConflictException", text, { status: 409 });
}

/** The event: JSON, and not too large for this type of invocation. */
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

/** X-Amz-Client-Context, decoded. */
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

/** A header's text; undefined where it is missing or empty. */
export function header(call: RestCall, name: string): string | undefined {
  const value = call.headers[name];
  return typeof value === "string" && value !== "" ? value : undefined;
}
