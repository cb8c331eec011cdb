// Lambda's JSON format for console lines: one value stays what it is, several become a text; an error shows its type, message and stack.
import { format } from "node:util";

/** The line for what a console method was given; `head` is what every line begins with. */
export function jsonLine(head, values) {
  if (values.length !== 1) {
    const error = values.find((value) => value instanceof Error);
    return JSON.stringify({ ...head, message: format(...values), ...(error && describe(error)) });
  }
  const [message] = values;
  try {
    return JSON.stringify({ ...head, message }, (_, value) =>
      value instanceof Error ? { ...describe(value), ...value } : value,
    );
  } catch {
    // Circular, or a BigInt in it.
    return JSON.stringify({ ...head, message: format(message) });
  }
}

function describe(error) {
  const { message, stack } = error;
  const stackTrace = typeof stack === "string" ? stack.split("\n") : [];
  return { errorType: error.constructor?.name ?? "UnknownError", errorMessage: message, stackTrace };
}
