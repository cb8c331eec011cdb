// The runtime client for Node.js functions: asks the Runtime API for events, hands them to the handler, posts what it gives back.
// Plain JavaScript without dependencies, for Node.js 18 and later: it runs inside the environment, from a read-only folder.

import { loadHandler } from "./load-handler.mjs";
import { createLogger, toLambdaError } from "./log.mjs";
import { awslambda, highWaterMarkOf, isStreaming, ResponseStream } from "./response-stream.mjs";
import { createRuntimeClient } from "./runtime-client.mjs";

const client = createRuntimeClient(process.env.AWS_LAMBDA_RUNTIME_API);
const logger = createLogger();
/** The invocation that is running; undefined during INIT and between two. */
let current;

process.on("uncaughtException", (error) => die("Uncaught Exception", error, 129));
process.on("unhandledRejection", (reason) => {
  const error = new Error(reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason));
  error.name = "Runtime.UnhandledPromiseRejection";
  error.stack = reason instanceof Error ? reason.stack : error.stack;
  error.reason = reason;
  die("Unhandled Promise Rejection", error, 128);
});
process.on("beforeExit", () => {
  if (!current) return;
  if (current.settled) {
    current.finish();
  } else {
    // Nothing is left that could call back or settle the promise.
    const error = new Error("The event loop is empty and the handler has neither called back nor settled its promise");
    error.name = "Runtime.NodeJsExit";
    die("Invoke Error", error, 13);
  }
});

globalThis.awslambda = awslambda;
const handlerName = process.env._HANDLER ?? process.argv[2] ?? "";
try {
  const handler = await loadHandler(process.env.LAMBDA_TASK_ROOT ?? process.cwd(), handlerName);
  await serve(handler, isStreaming(handler) ? runStreaming : runWhole);
} catch (error) {
  die("Uncaught Exception", error, 1);
}

async function serve(handler, run) {
  for (;;) {
    const { headers, body } = await client.next();
    const id = headers["lambda-runtime-aws-request-id"];
    logger.setRequestId(id);
    setTraceId(headers["lambda-runtime-trace-id"]);
    await run({ handler, id, headers, body });
    current = undefined;
  }
}

/** Runs a handler that gives its answer as a whole. */
async function runWhole({ handler, id, headers, body }) {
  const outcome = await outcomeOf(handler, headers, body);
  // Its connections and timers go on, frozen with the environment, into the next invocation.
  current = undefined;
  if (outcome.error !== undefined) {
    const error = toLambdaError(outcome.error);
    logger.error("Invoke Error", error);
    await client.postError(id, error);
  } else {
    await client.postResponse(id, outcome.body);
  }
}

/** Runs a handler that writes its answer; over when it has returned, its stream has ended and, unless it says otherwise, nothing is left to do. */
async function runStreaming({ handler, id, headers, body }) {
  const mark = highWaterMarkOf(handler);
  const stream = new ResponseStream((more) => client.openResponse(id, more), mark ? { highWaterMark: mark } : {});
  const invocation = { settled: false, finish: undefined, stream };
  current = invocation;
  const context = createContext(headers, { succeed: () => {}, fail: () => {} });
  try {
    const result = handler(JSON.parse(body.toString("utf8")), stream, context);
    // A string, as AWS's client throws it.
    if (typeof result?.then !== "function") throw "Streaming does not support non-async handlers.";
    if ((await result) !== undefined) logger.warn("Streaming handlers ignore return values.");
    // One that is never ended waits here for the function's time-out, as on Lambda.
    await stream.done;
  } catch (thrown) {
    const error = toLambdaError(thrown ?? "unknown");
    logger.error("Invoke Error", error);
    await stream.fail(error);
    // Destroyed before anything was sent, the platform knows of nothing; after that it has seen the end, and refuses this.
    if (stream.destroyed && !stream.writableFinished) await client.postError(id, error).catch(() => {});
  }
  if (!context.callbackWaitsForEmptyEventLoop) return;
  await new Promise((resolve) => {
    invocation.settled = true;
    invocation.finish = resolve;
  });
}

/** Runs one invocation: { body } or { error }. */
function outcomeOf(handler, headers, body) {
  return new Promise((resolve) => {
    const invocation = { settled: false, finish: undefined };
    current = invocation;
    const settle = (outcome) => {
      if (invocation.settled) return;
      invocation.settled = true;
      invocation.finish = () => resolve(outcome);
    };
    const succeed = (value) => {
      try {
        settle({ body: JSON.stringify(value === undefined ? null : value) ?? "null" });
      } catch (error) {
        settle({ error });
      }
    };
    const fail = (error) => settle({ error: error ?? "unknown" });
    const succeedNow = (value) => {
      succeed(value);
      invocation.finish();
    };
    const failNow = (error) => {
      fail(error);
      invocation.finish();
    };
    const context = createContext(headers, { succeed: succeedNow, fail: failNow });
    const callback = (error, value) => {
      if (error) failNow(error);
      // Lambda waits until nothing is left to do: `beforeExit` finishes it.
      else if (context.callbackWaitsForEmptyEventLoop) succeed(value);
      else succeedNow(value);
    };
    try {
      const event = JSON.parse(body.toString("utf8"));
      const result = handler(event, context, callback);
      if (typeof result?.then === "function") {
        result.then(succeedNow, failNow);
      }
    } catch (error) {
      failNow(error);
    }
  });
}

function createContext(headers, { succeed, fail }) {
  const { env } = process;
  const deadline = Number(headers["lambda-runtime-deadline-ms"]);
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionVersion: env.AWS_LAMBDA_FUNCTION_VERSION,
    functionName: env.AWS_LAMBDA_FUNCTION_NAME,
    memoryLimitInMB: env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: env.AWS_LAMBDA_LOG_STREAM_NAME,
    clientContext: parseHeader(headers["lambda-runtime-client-context"]),
    identity: parseHeader(headers["lambda-runtime-cognito-identity"]),
    invokedFunctionArn: headers["lambda-runtime-invoked-function-arn"],
    awsRequestId: headers["lambda-runtime-aws-request-id"],
    getRemainingTimeInMillis: () => deadline - Date.now(),
    succeed,
    fail,
    done: (error, value) => (error ? fail(error) : succeed(value)),
  };
}

function parseHeader(text) {
  return text ? JSON.parse(text) : undefined;
}

function setTraceId(traceId) {
  if (traceId) process.env._X_AMZN_TRACE_ID = traceId;
  else delete process.env._X_AMZN_TRACE_ID;
}

/** Reports what can't be answered any more, and ends. */
function die(title, cause, status) {
  const error = toLambdaError(cause);
  logger.error(title, error);
  const id = logger.requestId();
  const posted = current && id ? postLast(id, error) : id ? Promise.resolve() : client.postInitError(error);
  current = undefined;
  posted.catch(() => {}).finally(() => process.exit(status));
}

/** A response that has begun can only be ended with the error behind it. */
function postLast(id, error) {
  const { stream } = current;
  return stream?.begun ? stream.fail(error) : client.postError(id, error);
}
