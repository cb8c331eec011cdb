// Handlers with a callback: a warning up to nodejs22.x, an error from nodejs24.x on. What counts is the number of parameters, as in AWS's clients.
import { named } from "./errors.mjs";

/** Up to nodejs22.x: says that the next runtime will not take it. */
export function warnOfCallback(handler, isStream, logger) {
  const isAsync = handler.constructor?.name === "AsyncFunction";
  if (handler.length !== 3 || isAsync || isStream) return;
  if (process.env.AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING !== undefined) return;
  logger.warn(
    "This handler takes a callback. From nodejs24.x on Lambda refuses such handlers: make it async. (AWS_LAMBDA_NODEJS_DISABLE_CALLBACK_WARNING silences this.)",
  );
}

/** From nodejs24.x on: throws. */
export function refuseCallback(handler, isStream) {
  if (handler.length < 3 || isStream) return;
  throw named(
    "Runtime.CallbackHandlerDeprecated",
    "ERROR: AWS Lambda has removed support for callback-based function handlers starting with Node.js 24. Make the handler async, with two parameters.",
  );
}
