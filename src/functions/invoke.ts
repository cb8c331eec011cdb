// Invokes a function once, after waiting for one that is not ready yet.
import type { Connection } from "../aws/connection.ts";
import { isRefusal } from "../aws/errors.ts";
import { getFunction } from "../aws/lambda/functions.ts";
import { type InvocationAnswer, type InvocationType, invokeFunction, streamFunction } from "../aws/lambda/invoke.ts";
import { settleFunction } from "../aws/lambda/settle.ts";
import { LambdaExtError, usageError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";

/** An invocation as it was asked for. */
export interface InvocationWish {
  readonly region: string;
  readonly name: string;
  readonly payload: Uint8Array;
  readonly type: InvocationType;
  readonly qualifier?: string | undefined;
  /** Whether the end of the log is wanted. */
  readonly log: boolean;
  /** Takes the answer as it comes, where it is wanted so: of a `sync` invocation only. */
  readonly take?: ((chunk: Uint8Array) => Promise<void>) | undefined;
}

/**
 * Invokes.
 * @throws LambdaExtError `PayloadTooLarge` before anything is sent, or what AWS says.
 */
export async function invoke(connection: Connection, wish: InvocationWish): Promise<InvocationAnswer> {
  if (wish.payload.length > limits.payloadBytes) {
    throw usageError(`The payload has ${wish.payload.length} bytes; Lambda takes ${limits.payloadBytes}.`, {
      code: "PayloadTooLarge",
      hint: "Put the data into S3 and send where it lies.",
    });
  }
  const { take } = wish;
  const once = () => (take ? streamFunction(connection, wish, take) : invokeFunction(connection, wish));
  try {
    return await once();
  } catch (error) {
    if (error instanceof LambdaExtError && error.kind === "interrupted") throw runningOn(error);
    // While a function is Pending, or an update of it runs, nothing was invoked: that is the one refusal to try again after.
    if (!isRefusal(error, "ResourceConflictException") || wish.qualifier !== undefined) throw error;
    await settleFunction(connection, await getFunction(connection, wish));
    return await once();
  }
}

/** Unlike what other commands do, an invocation is not undone or found again. */
function runningOn(cause: LambdaExtError): LambdaExtError {
  const hint = "Where the function had been reached it runs on to its end. The same command invokes it once more.";
  return new LambdaExtError(cause.kind, cause.message, { code: cause.code, hint, cause });
}
