// The runtime client for Node.js functions: asks the Runtime API for events, hands them to the handler, posts what it gives back.
// Plain JavaScript without dependencies, for Node.js 18 and later: it runs inside the environment, from a read-only folder.
//
// AWS has two clients: one for nodejs22.x and before, and one for nodejs24.x and later, which takes no callbacks and leaves exceptions that
// nobody catches to Node.js. The function's runtime decides which one this is, whatever Node.js it is that runs it.
import { refuseCallback, warnOfCallback } from "./callbacks.mjs";
import { catchWhatNobodyCatches } from "./fatal.mjs";
import { loadHandler } from "./load-handler.mjs";
import { createLogger } from "./log.mjs";
import { awslambda, highWaterMarkOf, isStreaming } from "./response-stream.mjs";
import { createRuntimeClient } from "./runtime-client.mjs";

const { env } = process;
const isModern = Number(/^AWS_Lambda_nodejs(\d+)/.exec(env.AWS_EXECUTION_ENV ?? "")?.[1] ?? 0) >= 24;
const client = createRuntimeClient(env.AWS_LAMBDA_RUNTIME_API);
const logger = createLogger({ idBeforeFirst: isModern ? "-" : undefined });
/** What runs now, for those who end it from outside: { fail, onEmptyLoop }; undefined during INIT and between two invocations. */
const state = { invocation: undefined };
/** Each file that is not read saves a cold start some time. */
const invokeStore = isModern ? (await import("./invoke-store.mjs")).createInvokeStore() : undefined;

if (!/^(1|true)$/.test(env.AWS_LAMBDA_NODEJS_NO_GLOBAL_AWSLAMBDA ?? "")) {
  globalThis.awslambda = { ...awslambda, ...(invokeStore && { InvokeStore: invokeStore }) };
}
if (!isModern) catchWhatNobodyCatches({ client, logger, state });
process.on("beforeExit", () => state.invocation?.onEmptyLoop?.());

// Not awaited at the top: an event loop that runs empty then ends the process with 0, as it does on Lambda.
start().catch(async (error) => {
  logger.error(isModern ? "Init Error" : "Uncaught Exception", error);
  await client.postInitError(error).catch(() => {});
  process.exit(isModern ? 1 : 129);
});

async function start() {
  const name = env._HANDLER ?? "";
  const handler = await loadHandler(env.LAMBDA_TASK_ROOT ?? process.cwd(), { name, isModern });
  const isStream = isStreaming(handler);
  if (isModern) refuseCallback(handler, isStream);
  else warnOfCallback(handler, isStream, logger);
  const parts = { client, logger, state, handler, isModern };
  const run = isStream
    ? (await import("./streaming.mjs")).createStreamingRun({ ...parts, highWaterMark: highWaterMarkOf(handler) })
    : (await import("./buffered.mjs")).createBufferedRun(parts);
  serve(run).catch((error) => {
    // The Runtime API is gone, or answers what can't be understood.
    process.stderr.write(`${error?.stack ?? error}\n`);
    process.exit(1);
  });
}

async function serve(run) {
  for (;;) {
    const { headers, body } = await client.next();
    const id = headers["lambda-runtime-aws-request-id"];
    const traceId = headers["lambda-runtime-trace-id"];
    const tenantId = headers["lambda-runtime-aws-tenant-id"];
    logger.setInvocation({ requestId: id, tenantId });
    if (traceId) env._X_AMZN_TRACE_ID = traceId;
    else delete env._X_AMZN_TRACE_ID;
    invokeStore?.enter({ requestId: id, traceId, tenantId });
    await run({ id, headers, body });
    state.invocation = undefined;
  }
}
