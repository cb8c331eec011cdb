// Tells how much of a request's body has been sent.
import { Readable } from "node:stream";

/** Told again and again, at last with both the same. */
export type SentBytes = (sent: number, total: number) => void;

/** What a stream is told of at a time. */
const pieceLength = 128 * 1024;

/** A command of the SDK, as far as we look. */
interface Countable {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: Sending) => Promise<unknown>) => (args: Sending) => Promise<unknown>,
      options: { readonly step: "deserialize"; readonly priority: "low"; readonly name: string },
    ): void;
  };
}

interface Sending {
  readonly request: { body?: unknown };
}

/** Has a command that is sent once tell: its body becomes a stream after it was signed and measured, so that nothing else changes. */
export function countSent(command: object, sent: SentBytes): void {
  const count = (next: (args: Sending) => Promise<unknown>) => async (args: Sending) => {
    const { body } = args.request;
    if (typeof body === "string" || body instanceof Uint8Array) args.request.body = Readable.from(counted(body, sent));
    return await next(args);
  };
  (command as Countable).middlewareStack.add(count, { step: "deserialize", priority: "low", name: "countSent" });
}

/** The stream's bytes on their way. */
export async function* countStream(stream: AsyncIterable<Buffer>, total: number, sent: SentBytes) {
  let so = 0;
  sent(0, total);
  for await (const piece of stream) {
    yield piece;
    so += piece.length;
    sent(so, total);
  }
}

function* counted(body: string | Uint8Array, sent: SentBytes): Generator<Buffer> {
  const total = Buffer.byteLength(body);
  let so = 0;
  sent(0, total);
  for (let at = 0; at < body.length; ) {
    const end = endOfPiece(body, at + pieceLength);
    const piece = pieceOf(body, at, end);
    yield piece;
    at = end;
    so += piece.length;
    sent(so, total);
  }
}

function pieceOf(body: string | Uint8Array, at: number, end: number): Buffer {
  return typeof body === "string"
    ? Buffer.from(body.slice(at, end))
    : Buffer.from(body.buffer, body.byteOffset + at, end - at);
}

/** Never between the two halves of one character. */
function endOfPiece(body: string | Uint8Array, end: number): number {
  if (end >= body.length) return body.length;
  if (typeof body !== "string") return end;
  const code = body.charCodeAt(end - 1);
  return code >= 0xd800 && code <= 0xdbff ? end + 1 : end;
}
