// Reads one header of a request.
import type { IncomingMessage } from "node:http";

/**
 * A header's text, the first where there are several; undefined where it is missing or empty. `name` is in lower case. `request.headers`
 * would make an object of all of them, for every call of every invocation.
 */
export function headerOf({ rawHeaders }: Pick<IncomingMessage, "rawHeaders">, name: string): string | undefined {
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const key = rawHeaders[index];
    if (key?.length === name.length && key.toLowerCase() === name) return rawHeaders[index + 1] || undefined;
  }
  return undefined;
}
