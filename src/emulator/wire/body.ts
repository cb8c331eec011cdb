// Reads a request's body, up to what its service takes.
import type { IncomingMessage } from "node:http";
import { AwsError } from "./aws-error.ts";

/**
 * The whole body; undefined where it is longer than `most` bytes, which is said as soon as it is known.
 * Rejects where the client goes away half way.
 */
export function readBody(request: IncomingMessage, most: number): Promise<Buffer | undefined> {
  if (Number(request.headers["content-length"]) > most) return Promise.resolve(undefined);
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length > most) {
        chunks.length = 0;
        resolve(undefined);
      } else {
        chunks.push(chunk);
      }
    });
    request.on("end", () => resolve(chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)));
    // Nobody is there to read it, but whoever looks at the log is told what it was.
    const gone = () => {
      if (!request.complete)
        reject(new AwsError("IncompleteBody", "The client went away before its request was complete."));
    };
    request.on("error", gone);
    request.on("close", gone);
  });
}
