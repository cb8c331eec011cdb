// Takes log records apart that the managed runtimes' clients frame: each is an event of its own, whatever newlines are in it or not.
//
// On Lambda the frames have a pipe of their own, named by _LAMBDA_TELEMETRY_LOG_FD. Here that is standard output itself: a record then
// keeps its place among what the function prints, which two pipes would mix up. It can't be mistaken for text, which has no zero bytes.
import { characterStart, createLineCutter, type LineCutter, maxLineBytes, newline } from "./lines.ts";

/** A frame's type is 0xa55a00 and a byte: 1, 2 (JSON) or 3 (text), with the level in bits 2 to 4. */
const magic = Buffer.from([0xa5, 0x5a, 0x00]);
/** Type, length of the message, time in microseconds: 4, 4 and 8 bytes, big-endian. */
const headerBytes = 16;
/** A length beyond this is not one. */
const mostMessageBytes = 64 * 1024 * 1024;

/** Also knows when nothing more will come. */
interface RecordCutter extends LineCutter {
  /** Hands out a record too that has broken off. */
  end(): void;
}

/** Makes a cutter that hands out records whole, and lines as `createLineCutter` does. */
export function createRecordCutter(onLine: (line: string) => void): RecordCutter {
  const lines = createLineCutter(onLine);
  /** Begins with a frame, or with what may become one; has room for more behind it, so that a long record is not copied with each piece. */
  let rest: Buffer = Buffer.alloc(0);
  let held = 0;
  /** With fewer bytes than this nothing can be handed out. */
  let needed = 0;

  function keep(data: Buffer, until: number): void {
    // A copy: what was passed in may be a buffer that is used again.
    rest = Buffer.from(data);
    held = data.length;
    needed = until;
  }

  function append(bytes: Buffer): void {
    if (held + bytes.length > rest.length) {
      const larger = Buffer.allocUnsafe(Math.max(2 * rest.length, held + bytes.length));
      rest.copy(larger, 0, 0, held);
      rest = larger;
    }
    held += bytes.copy(rest, held);
  }

  function takeRest(): Buffer {
    const taken = rest.subarray(0, held);
    keep(Buffer.alloc(0), 0);
    return taken;
  }

  /** Hands out what is complete at the beginning of `data`; gives back what is left, undefined where more bytes are needed. */
  function step(data: Buffer): Buffer | undefined {
    const at = data.indexOf(magic);
    if (at < 0) {
      const end = data.length - beginningOfMagic(data);
      lines.push(data.subarray(0, end));
      keep(data.subarray(end), 0);
      return undefined;
    }
    lines.push(data.subarray(0, at));
    const frame = data.subarray(at);
    if (frame.length < headerBytes) {
      keep(frame, headerBytes);
      return undefined;
    }
    const length = frame.readUInt32BE(4);
    if (!isType(frame[3] ?? 0) || length > mostMessageBytes) {
      lines.push(magic);
      return frame.subarray(magic.length);
    }
    // What was printed without a newline is an event before this one.
    lines.flush();
    if (frame.length < headerBytes + length) {
      keep(frame, headerBytes + length);
      return undefined;
    }
    handOut(frame.subarray(headerBytes, headerBytes + length), onLine);
    return frame.subarray(headerBytes + length);
  }

  return {
    push(bytes) {
      let data: Buffer | undefined = bytes;
      if (held > 0) {
        append(bytes);
        if (held < needed) return;
        data = takeRest();
      }
      while (data) data = step(data);
    },
    flush() {
      // A record that is being written comes whole, later; a few bytes that could begin one belong to a line.
      if (held >= magic.length) return;
      lines.push(takeRest());
      lines.flush();
    },
    end() {
      const left = takeRest();
      if (left.length >= headerBytes) handOut(left.subarray(headerBytes), onLine);
      else lines.push(left);
      lines.flush();
    },
  };
}

/**
 * A message in pieces that a log event can hold; newlines are part of it. It ends with one, as lines do: records of Java's logger and JSON
 * have none, and would run together wherever a log is shown as text.
 */
function handOut(message: Buffer, onLine: (line: string) => void): void {
  let left = message;
  while (left.length > maxLineBytes) {
    const end = characterStart(left, maxLineBytes);
    onLine(left.toString("utf8", 0, end));
    left = left.subarray(end);
  }
  if (left.length > 0) onLine(`${left.toString("utf8")}${left.at(-1) === newline ? "" : "\n"}`);
}

function isType(byte: number): boolean {
  return (byte & 0b11) !== 0 && (byte & 0b1110_0000) === 0;
}

/** How many of the last bytes may be the first of a frame. */
function beginningOfMagic(data: Buffer): number {
  for (const length of [2, 1]) {
    if (data.length >= length && data.subarray(-length).equals(magic.subarray(0, length))) return length;
  }
  return 0;
}
