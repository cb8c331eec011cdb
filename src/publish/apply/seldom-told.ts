// Passes on how far an upload is ten times a second: more often nobody looks.
import type { SentBytes } from "../../aws/sent-bytes.ts";

const pauseMilliseconds = 100;

/** The first news, the last, and some of those between them. */
export function seldomTold(tell: SentBytes): SentBytes {
  let last = Number.NEGATIVE_INFINITY;
  return (sent, total) => {
    const now = performance.now();
    if (now - last < pauseMilliseconds && sent < total) return;
    last = now;
    tell(sent, total);
  };
}
