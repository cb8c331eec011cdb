// Reads an answer that comes as events: stops with the connection's signal, and turns what breaks on the way into our words.
import { interruptedError, type LambdaExtError, remoteError } from "../../model/errors.ts";
import type { Connection } from "../connection.ts";
import { type Purpose, translateError } from "../errors.ts";

/**
 * The events of an answer.
 * @throws LambdaExtError where the connection breaks, or on Ctrl-C.
 */
export async function* eventsOf<Event>(
  connection: Connection,
  purpose: Purpose,
  stream: AsyncIterable<Event>,
): AsyncGenerator<Event> {
  const { signal } = connection;
  let stop = () => {};
  const stopped = new Promise<never>((_, reject) => {
    stop = () => reject(interruptedError());
  });
  // Heard by whoever waits at that moment; an abort between two events is seen below.
  stopped.catch(() => {});
  signal.addEventListener("abort", stop, { once: true });
  const events = stream[Symbol.asyncIterator]();
  try {
    while (true) {
      if (signal.aborted) throw interruptedError();
      const { done, value } = await Promise.race([events.next(), stopped]);
      if (done) return;
      yield value;
    }
  } catch (thrown) {
    if (signal.aborted) throw interruptedError();
    throw isCut(thrown) ? cutShort(purpose, thrown) : translateError(thrown, purpose, connection.target);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** For an answer that ended before its last event. */
export function cutShort(purpose: Purpose, cause?: unknown): LambdaExtError {
  return remoteError(`Could not ${purpose.doing}: the connection was lost in the middle of the answer.`, {
    code: "ConnectionLost",
    hint: "What came is incomplete. The function has been invoked; run the command again only if a second invocation does no harm.",
    cause,
  });
}

/** Node's words for a body that ends too early, and the decoder's for half a message. */
function isCut(thrown: unknown): boolean {
  const { code, message } = (thrown ?? {}) as { code?: unknown; message?: unknown };
  return code === "ECONNRESET" || message === "aborted" || message === "Truncated event message received.";
}
