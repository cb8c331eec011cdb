// Hands a request's body on as it comes, no faster than it is taken.
import type { IncomingMessage } from "node:http";

/** How a body ended. */
export type BodyEnd = "complete" | "truncated" | "too large";

interface Way {
  /** Bytes; what exceeds it is read and thrown away. */
  readonly limit: number;
  /** Gives back a promise while it is full. */
  readonly take: (chunk: Buffer) => Promise<void> | undefined;
}

/**
 * Reads to the end; `done` is told once, of too much as soon as it is known.
 *
 * There is no throttling to 2 MB/s after the first 6 MB: on Lambda that is a property of its network, which says nothing about whether
 * a function is right, and 200 MB would take a hundred seconds of somebody's test run.
 */
export function passOn(request: IncomingMessage, { limit, take }: Way, done: (end: BodyEnd) => void): void {
  let room = limit;
  let finished = false;
  const finish = (end: BodyEnd) => {
    if (finished) return;
    finished = true;
    done(end);
  };
  request.on("data", (chunk: Buffer) => {
    if (finished) return;
    const fitting = chunk.length > room ? chunk.subarray(0, room) : chunk;
    room -= fitting.length;
    const full = fitting.length > 0 ? take(fitting) : undefined;
    if (fitting !== chunk) {
      finish("too large");
    } else if (full) {
      request.pause();
      void full.then(() => request.resume());
    }
  });
  request.on("end", () => finish("complete"));
  request.on("error", () => finish("truncated"));
  request.on("close", () => finish(request.complete ? "complete" : "truncated"));
}
