// Lambda's formats for console lines, text (time, request id, level, message) and JSON, and errors as its Node.js runtime writes them.
import { format } from "node:util";
import { jsonLine } from "./json-log.mjs";

const levels = {
  trace: "TRACE",
  debug: "DEBUG",
  log: "INFO",
  info: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};
const order = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

/** Takes over the console. */
export function createLogger() {
  let requestId;
  const { AWS_LAMBDA_LOG_FORMAT: logFormat, AWS_LAMBDA_LOG_LEVEL: least = "TRACE" } = process.env;
  const json = logFormat?.toUpperCase() === "JSON";
  const write = (level, ...values) => {
    if (order.indexOf(level) < order.indexOf(least.toUpperCase())) return;
    const timestamp = new Date().toISOString();
    const line = json
      ? jsonLine({ timestamp, level, requestId }, values)
      : `${timestamp}\t${requestId}\t${level}\t${format(...values)}`;
    // One event for a message of several lines, as AWS's own client does it where it has only stdout.
    process.stdout.write(`${line.replace(/\r?\n/g, "\r")}\n`);
  };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...values) => write(level, ...values);
  }
  return {
    requestId: () => requestId,
    setRequestId: (id) => {
      requestId = id;
    },
    warn: (message) => write("WARN", message),
    error: (title, { log }) => {
      const { stack: stackTrace, ...rest } = log;
      write("ERROR", json ? { ...rest, stackTrace } : `${title} \t${JSON.stringify(log)}`);
    },
  };
}

/** What was thrown, in two forms: the body that is posted and the object that is logged. */
export function toLambdaError(thrown) {
  if (!(thrown instanceof Error || isErrorLike(thrown))) {
    const body = { errorType: typeof thrown, errorMessage: format(thrown), trace: [] };
    return { body, log: { errorType: body.errorType, errorMessage: body.errorMessage, stack: [] } };
  }
  const body = {
    errorType: String(thrown.name ?? "Error"),
    errorMessage: String(thrown.message ?? ""),
    trace: String(thrown.stack ?? "").split("\n"),
  };
  const { name, message, stack, ...rest } = Object.assign({}, thrown);
  return {
    body,
    log: { errorType: body.errorType, errorMessage: body.errorMessage, ...plain(rest), stack: body.trace },
  };
}

/** An error of another realm (vm, a copied class). */
function isErrorLike(value) {
  return typeof value === "object" && value !== null && typeof value.stack === "string" && "message" in value;
}

/** Only what JSON can hold. */
function plain(values) {
  try {
    return JSON.parse(JSON.stringify(values));
  } catch {
    return {};
  }
}
