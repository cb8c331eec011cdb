// Lambda's text format for console lines (time, request id, level, message), and errors as its Node.js runtime writes them.
import { format } from "node:util";

const levels = { log: "INFO", debug: "DEBUG", info: "INFO", warn: "WARN", error: "ERROR", trace: "TRACE" };

/** Takes over the console. */
export function createLogger() {
  let requestId;
  const write = (level, message) => {
    const line = `${new Date().toISOString()}\t${requestId}\t${level}\t${message}`;
    // One event for a message of several lines, as AWS's own client does it where it has only stdout.
    process.stdout.write(`${line.replace(/\r?\n/g, "\r")}\n`);
  };
  for (const [name, level] of Object.entries(levels)) {
    console[name] = (...values) => write(level, format(...values));
  }
  return {
    requestId: () => requestId,
    setRequestId: (id) => {
      requestId = id;
    },
    warn: (message) => write("WARN", message),
    error: (title, error) => write("ERROR", `${title} \t${JSON.stringify(error.log)}`),
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
