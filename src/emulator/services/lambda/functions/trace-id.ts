// The trace that an invocation belongs to: every one on Lambda has one, sampled or not.
import { randomBytes } from "node:crypto";

/** In which a caller names his trace, and learns of the invocation's. */
export const traceHeader = "x-amzn-trace-id";

/**
 * The caller's trace as it came, or that of a trace that begins here and that nobody records: X-Ray's form, the time in hexadecimal
 * seconds first.
 */
export function traceIdOf(given: string | undefined): string {
  if (given !== undefined) return given;
  const seconds = Math.floor(Date.now() / 1000).toString(16);
  const random = (bytes: number) => randomBytes(bytes).toString("hex");
  return `Root=1-${seconds}-${random(12)};Parent=${random(8)};Sampled=0`;
}

/** What the caller learns of it. */
export function traceAnswer(traceId: string): Readonly<Record<string, string>> {
  return { [traceHeader]: traceId };
}
