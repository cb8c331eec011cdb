// Up to nodejs22.x: exceptions and rejections that nobody handles are posted and logged, then the process ends with Lambda's own codes.
import { named } from "./errors.mjs";

/** Installs the handlers. */
export function catchWhatNobodyCatches({ client, logger, state }) {
  process.on("uncaughtException", (error) => die("Uncaught Exception", error, 129));
  process.on("unhandledRejection", (reason, promise) => {
    const error = named("Runtime.UnhandledPromiseRejection", reason === undefined ? "" : String(reason));
    die("Unhandled Promise Rejection", Object.assign(error, { reason, promise }), 128);
  });

  function die(title, error, status) {
    logger.error(title, error);
    const { invocation } = state;
    state.invocation = undefined;
    post(invocation, error)
      .catch(() => {})
      .finally(() => process.exit(status));
  }

  function post(invocation, error) {
    if (invocation) return invocation.fail(error);
    // Between two invocations there is nobody to tell.
    return logger.requestId() === undefined ? client.postInitError(error) : Promise.resolve();
  }
}
