// Makes one call: stops with the connection's signal, and turns whatever the SDK throws into our words.
import { interruptedError } from "../model/errors.ts";
import type { Connection } from "./connection.ts";
import { type Purpose, translateError, unreadableAnswer } from "./errors.ts";

/**
 * Sends a request.
 * @throws LambdaExtError where it is refused, does not arrive, or is interrupted.
 */
export async function call<Answer>(
  connection: Connection,
  purpose: Purpose,
  send: (options: { abortSignal: AbortSignal }) => Promise<Answer>,
): Promise<Answer> {
  const { signal } = connection;
  if (signal.aborted) throw interruptedError();
  let stop = () => {};
  // The SDK looks at the signal while it sends, not while it looks for credentials.
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(interruptedError());
    signal.addEventListener("abort", stop, { once: true });
  });
  try {
    return await Promise.race([send({ abortSignal: signal }), stopped]);
  } catch (thrown) {
    if (signal.aborted) throw interruptedError();
    throw translateError(thrown, { ...purpose, whenDenied: connection.whenDenied }, connection.target);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/**
 * A field without which an answer is none of AWS's: what the SDK's types leave optional, the service does not.
 * @throws LambdaExtError where it is missing.
 */
export function required<Value>(value: Value | undefined, purpose: Purpose): Value {
  if (value === undefined) throw unreadableAnswer(purpose);
  return value;
}
