// Cuts a process's output into log lines.

/** AWS's limit for a log event, bytes; what is longer goes on in another event. */
export const maxLineBytes = 256 * 1024;
export const newline = 0x0a;

/** Takes bytes as they come and gives whole lines, newline included. */
export interface LineCutter {
  push(bytes: Buffer): void;
  /** Hands out what has no newline yet. */
  flush(): void;
}

/** Makes a cutter that gives its lines to `onLine`. */
export function createLineCutter(onLine: (line: string) => void): LineCutter {
  let rest: Buffer = Buffer.alloc(0);
  return {
    push(bytes) {
      let data = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
      for (;;) {
        const end = data.indexOf(newline);
        const length = end < 0 ? data.length : end + 1;
        if (length > maxLineBytes) {
          const cut = characterStart(data, maxLineBytes);
          onLine(data.toString("utf8", 0, cut));
          data = data.subarray(cut);
        } else if (end < 0) {
          break;
        } else {
          onLine(data.toString("utf8", 0, length));
          data = data.subarray(length);
        }
      }
      // A copy: what was passed in may be a buffer that is used again.
      rest = Buffer.from(data);
    },
    flush() {
      if (rest.length > 0) onLine(rest.toString("utf8"));
      rest = Buffer.alloc(0);
    },
  };
}

/** The nearest place at or before `offset` at which a UTF-8 character starts. */
export function characterStart(data: Buffer, offset: number): number {
  let at = offset;
  while (at > offset - 4 && ((data[at] ?? 0) & 0xc0) === 0x80) at--;
  return at;
}
