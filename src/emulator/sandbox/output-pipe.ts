// Reads what a process writes, from a FIFO: a real pipe for the process (`/dev/stdout` can be opened, unlike with the sockets that
// Node makes), which can be emptied at once before a log line of the platform's own is written.
import { closeSync, constants, openSync, readSync } from "node:fs";
import { Socket } from "node:net";
import { createRecordCutter } from "./frames.ts";

/** Our end of one process's output. */
export interface OutputPipe {
  /** For the process: hand it to spawn, then call `started`. */
  readonly writeFd: number;
  /** The process has the other end (or never will): from now on the pipe ends with its last writer. */
  started(): void;
  /** Hands out, now, all that has been written; `partial` hands out an unfinished line too. */
  drain(partial: boolean): void;
  close(): void;
}

const buffer = Buffer.allocUnsafe(64 * 1024);
/** More than a pipe holds: all that was there is read, and a process that never stops writing can't hold us. */
const drainReads = 16;

/** Opens the FIFO at `path` for one process; `onEnd` is told when nobody can write to it any more. */
export function openOutputPipe(path: string, onLine: (line: string) => void, onEnd?: () => void): OutputPipe {
  const cutter = createRecordCutter(onLine);
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  // Held until the process has opened its own, or we would read an end of file before the first byte.
  const writeFd = openSync(path, constants.O_WRONLY);
  let holding = true;
  let open = true;
  const socket = new Socket({ fd: readFd, readable: true, writable: false });
  socket.on("data", (chunk: Buffer) => cutter.push(chunk));
  // The handle is closed before "close" is told, and its number may be another file's by then: never read from it after these.
  const ended = () => {
    open = false;
  };
  socket.on("error", ended);
  socket.on("end", () => {
    ended();
    onEnd?.();
  });
  socket.on("close", () => {
    open = false;
    cutter.end();
  });
  const readAll = () => {
    try {
      for (let reads = 0; open && reads < drainReads; reads++) {
        const bytes = readSync(readFd, buffer);
        if (bytes === 0) return;
        cutter.push(buffer.subarray(0, bytes));
      }
    } catch {
      // EAGAIN: nothing more there.
    }
  };
  const release = () => {
    if (holding) closeSync(writeFd);
    holding = false;
  };
  return {
    writeFd,
    started: release,
    drain(partial) {
      readAll();
      if (partial) cutter.flush();
    },
    close() {
      readAll();
      cutter.end();
      open = false;
      release();
      socket.destroy();
    },
  };
}
