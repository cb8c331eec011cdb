// Reads what a runtime says of errors, in trailers and by name.
import type { IncomingMessage } from "node:http";

/** A trailer's text: Go's runtime sends its error type so. */
export function trailerOf(request: IncomingMessage, name: string): string | undefined {
  return request.trailers[name] || undefined;
}

/**
 * The error type that the platform records: AWS's core accepts `Runtime.Xyz` and `Function.Xyz` (anywhere in the text) and makes
 * something unknown of the rest (fatalerror.go).
 */
export function normaliseErrorType(text: string | undefined): string {
  const match = /(Runtime|Function)\.[A-Z][a-zA-Z]+/.test(text ?? "");
  if (text && match) return text;
  return text?.startsWith("Function.") ? "Function.Unknown" : "Runtime.Unknown";
}
