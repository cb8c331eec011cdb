// Runs handlers that write their answer.
import { createContext } from "./context.mjs";
import { errorBody, named } from "./errors.mjs";
import { ResponseStream } from "./response-stream.mjs";

/** Gives `run(invocation)`: over when the handler has returned, its stream has ended and, up to nodejs22.x, nothing is left to do. */
export function createStreamingRun({ client, logger, state, handler, isModern, highWaterMark }) {
  return async ({ id, headers, body }) => {
    const stream = new ResponseStream((more) => client.openResponse(id, more), highWaterMark ? { highWaterMark } : {});
    let waits = true;
    const more = isModern
      ? {}
      : {
          get callbackWaitsForEmptyEventLoop() {
            return waits;
          },
          set callbackWaitsForEmptyEventLoop(value) {
            waits = value;
          },
        };
    state.invocation = {
      // A response that has begun can only be ended with the error behind it.
      fail: (error) => (stream.begun ? stream.fail(errorBody(error)) : client.postError(id, error)),
      onEmptyLoop: isModern ? undefined : () => neverSettled(state.invocation),
    };
    try {
      const result = handler(JSON.parse(body.toString("utf8")), stream, createContext(headers, { isModern, more }));
      // A string up to nodejs22.x, as AWS's client throws it.
      const words = "Streaming does not support non-async handlers.";
      if (typeof result?.then !== "function") throw isModern ? new Error(words) : words;
      if ((await result) !== undefined) logger.warn("Streaming handlers ignore return values.");
      // One that is never ended waits here for the function's time-out, as on Lambda.
      await stream.done;
    } catch (thrown) {
      const error = thrown ?? "unknown";
      logger.error("Invoke Error", error);
      await stream.fail(errorBody(error));
      // Destroyed before anything was sent, the platform knows of nothing; after that it has seen the end, and refuses this.
      if (stream.destroyed && !stream.writableFinished) await client.postError(id, error).catch(() => {});
    }
    if (isModern || !waits) return;
    await new Promise((resolve) => {
      state.invocation = { fail: (error) => client.postError(id, error), onEmptyLoop: resolve };
    });
  };

  /** AWS's client asks for the next event then, and gets the same one again: here it is an error, and the end. */
  function neverSettled(invocation) {
    const error = named("Runtime.NodeJsExit", "The event loop is empty, and the handler has not settled its promise");
    logger.error("Invoke Error", error);
    invocation
      .fail(error)
      .catch(() => {})
      .finally(() => process.exit(13));
  }
}
