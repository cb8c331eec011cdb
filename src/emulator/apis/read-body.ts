// Reads a request's body, chunked or not, with its trailers.
import type { IncomingMessage } from "node:http";

/** What came. */
export interface ReadBody {
  /** Cut off at the limit. */
  readonly body: Buffer;
  /** How much there was, bytes. */
  readonly bytes: number;
  /** The connection ended in the middle. */
  readonly truncated: boolean;
}

/** Reads to the end; what exceeds `limit` bytes is counted and thrown away. */
export function readBody(request: IncomingMessage, limit: number, done: (read: ReadBody) => void): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let finished = false;
  const finish = (truncated: boolean) => {
    if (finished) return;
    finished = true;
    const [only = Buffer.alloc(0)] = chunks;
    done({ body: chunks.length > 1 ? Buffer.concat(chunks) : only, bytes, truncated });
  };
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= limit) chunks.push(chunk);
  });
  request.on("end", () => finish(false));
  request.on("error", () => finish(true));
  request.on("close", () => finish(!request.complete));
}
