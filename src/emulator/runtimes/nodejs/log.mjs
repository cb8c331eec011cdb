// The console as Lambda's Node.js runtimes have it: text (time, request id, level, message) or JSON, from a level on.
import { format } from "node:util";
import { asError, errorText } from "./errors.mjs";
import { jsonLine } from "./json-log.mjs";
import { openOutput } from "./output.mjs";

/** In the order of their weight; `bits` are a frame's. */
const levels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"].map((name, weight) => ({
  ...{ name, weight },
  bits: (weight + 1) << 2,
}));
const byName = new Map(levels.map((level) => [level.name, level]));
const methods = {
  trace: "TRACE",
  debug: "DEBUG",
  info: "INFO",
  log: "INFO",
  warn: "WARN",
  error: "ERROR",
  fatal: "FATAL",
};

/** Takes over the console. `idBeforeFirst` stands for the request id before the first invocation, where there is something. */
export function createLogger({ idBeforeFirst }) {
  const { env } = process;
  const isJson = env.AWS_LAMBDA_LOG_FORMAT?.toUpperCase() === "JSON";
  const least = byName.get(env.AWS_LAMBDA_LOG_LEVEL?.toUpperCase())?.weight ?? 0;
  const output = openOutput();
  let invocation = {};

  const write = (level, values) => {
    const timestamp = new Date().toISOString();
    const { requestId = idBeforeFirst, tenantId } = invocation;
    const head = { timestamp, level: level.name, requestId, ...(tenantId && { tenantId }) };
    const text = isJson ? jsonLine(head, values) : `${timestamp}\t${requestId}\t${level.name}\t${format(...values)}`;
    output({ text, isJson, levelBits: level.bits });
  };
  const print = {};
  for (const [method, name] of Object.entries(methods)) {
    const level = byName.get(name);
    const silent = level.weight < least && name !== "FATAL";
    print[method] = silent ? () => {} : (first, ...rest) => write(level, [first, ...rest]);
  }
  Object.assign(console, print);
  return {
    requestId: () => invocation.requestId,
    setInvocation: (facts) => {
      invocation = facts;
    },
    warn: (message) => print.warn(message),
    error: (title, thrown) => {
      const error = asError(thrown);
      if (isJson) print.error(error);
      else print.error(title, `\t${errorText(error)}`);
    },
  };
}
