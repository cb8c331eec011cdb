// How much memory an environment has used at most. Nothing is limited here (that would take control groups): it is only told.
import { performance } from "node:perf_hooks";
import type { Sandbox } from "../sandbox/sandbox.ts";

/** Reading /proc takes a tenth of a millisecond: not with every invocation of a loop. */
const everyMilliseconds = 100;
const mebibyte = 1024 * 1024;

/** What has been seen so far. */
export interface MemoryWatch {
  /** MB, rounded up. */
  read(sandbox: Sandbox): number;
  /** True once: the first time that it has been more than this, MB. */
  isFirstAbove(limit: number): boolean;
}

/** Starts with nothing. */
export function createMemoryWatch(): MemoryWatch {
  let most = 0;
  let readAt = Number.NEGATIVE_INFINITY;
  let told = false;
  return {
    read(sandbox) {
      const now = performance.now();
      if (now - readAt >= everyMilliseconds) {
        most = Math.max(most, Math.ceil(sandbox.peakMemory() / mebibyte));
        readAt = now;
      }
      return most;
    },
    isFirstAbove(limit) {
      if (told || most <= limit) return false;
      told = true;
      return true;
    },
  };
}
