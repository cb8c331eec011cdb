// Log events of the JSON format, for people: the same facts on a line that can be read.
import { describeFunctionError } from "../function-error.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A message as a person reads it: the platform's events and what loggers write (`level`, `message`) in words, all else as it is. */
export function readableMessage(message: string): string {
  const object = parseFields(message);
  if (!object) return message;
  const { type, record } = object;
  if (typeof type === "string" && type.startsWith("platform.")) return platformWords(type, record);
  return typeof object.level === "string" && "message" in object ? loggerWords(object) : message;
}

/** `report requestId=… status=success durationMs=2.46 …`; spans and trace headers are left to `--json`. */
function platformWords(type: string, record: unknown): string {
  const { spans, tracing, metrics, ...rest } = isFields(record) ? record : {};
  const facts = Object.entries({ ...rest, ...(isFields(metrics) && metrics) });
  const words = facts.map(([name, value]) => `${name}=${wordOf(value)}`);
  return [type.slice("platform.".length), ...words].join(" ");
}

/** Whoever can print can print an event of his own, with an object where none is. */
function wordOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordOf).join(",");
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** `INFO what was said {"further":"fields"}`; the time and the invocation stand elsewhere. An error shows its stack. */
function loggerWords({ level, message, timestamp, requestId, ...rest }: Fields): string {
  if (isError(message)) return `${level} ${describeError(message)}${further(rest)}`;
  const text = typeof message === "string" ? message : JSON.stringify(message);
  if (!isError(rest)) return `${level} ${text}${further(rest)}`;
  const { errorType, errorMessage, stackTrace, ...others } = rest;
  return `${level} ${text}${further(others)}\n${describeError({ errorType, errorMessage, stackTrace })}`;
}

function describeError(error: Fields): string {
  return describeFunctionError(Buffer.from(JSON.stringify(error)));
}

function further(fields: Fields): string {
  return Object.keys(fields).length === 0 ? "" : ` ${JSON.stringify(fields)}`;
}

function isError(value: unknown): value is Fields {
  return isFields(value) && typeof value.errorType === "string" && typeof value.errorMessage === "string";
}

/** A message that is a JSON object, as such. */
function parseFields(message: string): Fields | undefined {
  if (!message.startsWith("{")) return undefined;
  try {
    return JSON.parse(message);
  } catch {
    return undefined;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
