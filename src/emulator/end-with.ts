// Ends an answer in one piece.
import type { ServerResponse } from "node:http";

/** Bytes beyond which a copy costs more than it saves. */
const mostCopied = 16 * 1024;

/** Node joins a head and a text into one buffer, and hands on a head and bytes as two, which takes half as long again. */
export function endWith(response: ServerResponse, body: Buffer): void {
  if (body.length > mostCopied) response.end(body);
  else response.end(body.toString("latin1"), "latin1");
}
