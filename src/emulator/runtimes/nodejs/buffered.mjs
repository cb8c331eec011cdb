// Runs handlers that give their answer as a whole: a promise, and up to nodejs22.x a callback or the context's old functions.
import { createContext } from "./context.mjs";
import { named } from "./errors.mjs";

/** In AWS's words: people look them up. */
const neverSettled =
  "The Lambda runtime client detected an unexpected Node.js exit code. This is most commonly caused by a Promise that was never settled.";

/** Gives `run(invocation)`, which resolves when the answer has been taken. */
export function createBufferedRun({ client, logger, state, handler, isModern }) {
  const outcomeOf = isModern ? awaited : calledBack;
  return async ({ id, headers, body }) => {
    const outcome = outcomeOf({ id, headers, body });
    const answer = await outcome.catch((error) => ({ error }));
    // Its connections and timers go on, frozen with the environment, into the next invocation.
    state.invocation = undefined;
    if ("error" in answer) {
      logger.error("Invoke Error", answer.error);
      await client.postError(id, answer.error);
    } else {
      await client.postResponse(id, answer.text);
    }
  };

  /** From nodejs24.x on. */
  async function awaited({ headers, body }) {
    const context = createContext(headers, { isModern, more: {} });
    return { text: serialize(await handler(JSON.parse(body.toString("utf8")), context), "Runtime.JSONStringifyError") };
  }

  /** Up to nodejs22.x. */
  function calledBack({ id, headers, body }) {
    return new Promise((resolve) => {
      let finished = false;
      /** What the first of the handler's ways to say that it is done says. */
      const once = (act) => (error, value) => {
        if (finished) return;
        act(error, value);
        // An answer that can't be written leaves it open for the error that says so.
        finished = true;
      };
      const isError = (error) => error !== undefined && error !== null;
      const finish = (error, value) => resolve(isError(error) ? { error } : { text: serialize(value, "Error") });
      const done = once(finish);
      const succeed = (value) => done(null, value);
      const fail = (error) => done(isError(error) ? error : "handled");
      const isAsync = handler.constructor?.name === "AsyncFunction";
      state.invocation = {
        fail: (error) => client.postError(id, error),
        // Nothing is left that could call back. One that is not async is taken to have nothing to say.
        onEmptyLoop: () =>
          isAsync ? resolve({ error: named("Runtime.NodeJsExit", neverSettled) }) : resolve({ text: "null" }),
      };
      const { invocation } = state;
      let waits = true;
      const more = {
        get callbackWaitsForEmptyEventLoop() {
          return waits;
        },
        set callbackWaitsForEmptyEventLoop(value) {
          waits = value;
        },
        ...{ succeed, fail, done },
      };
      const callback = once((error, value) => {
        if (isError(error) || !waits) finish(error, value);
        // What it throws then is nobody's: the process ends, as with AWS's client.
        else invocation.onEmptyLoop = () => finish(null, value);
      });
      try {
        const result = handler(JSON.parse(body.toString("utf8")), createContext(headers, { isModern, more }), callback);
        if (typeof result?.then === "function") result.then(succeed, fail).catch(fail);
      } catch (error) {
        callback(error);
      }
    });
  }
}

/** A function or a symbol is nothing that JSON could say. */
function serialize(value, errorType) {
  try {
    return JSON.stringify(value === undefined ? null : value) ?? "null";
  } catch {
    throw named(errorType, "Unable to stringify response body");
  }
}
