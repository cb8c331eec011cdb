// Reads the error that a function returned, for a person.

/** As many lines of a stack as say where it happened. */
const stackLines = 5;

/**
 * `errorType: errorMessage` and the first lines of the stack, where the payload has the form that Lambda's runtimes give it; the
 * payload itself otherwise.
 */
export function describeFunctionError(payload: Uint8Array): string {
  const text = Buffer.from(payload).toString();
  const error = parseObject(text);
  if (typeof error?.errorMessage !== "string" && typeof error?.errorType !== "string") return text;
  const heading = [error.errorType, error.errorMessage]
    .filter((part) => typeof part === "string" && part !== "")
    .join(": ");
  // Python says stackTrace, Node.js says trace and repeats the message in its first line.
  const stack = [error.stackTrace, error.trace].find(Array.isArray) ?? [];
  const lines = stack
    .filter((line): line is string => typeof line === "string")
    .flatMap((line) => line.trimEnd().split("\n"))
    .filter((line) => line.trim() !== "" && line.trim() !== heading);
  return [heading, ...lines.slice(0, stackLines).map((line) => `    ${line.trim()}`)].join("\n");
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
