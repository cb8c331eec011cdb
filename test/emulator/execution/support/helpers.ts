// Finds the helpers of private networks.
import { readFileSync } from "node:fs";
import { childrenOf } from "../../../../src/emulator/sandbox/proc.ts";

/** All processes below one. */
export function descendantsOf(pid: number): number[] {
  return childrenOf(pid).flatMap((child) => [child, ...descendantsOf(child)]);
}

/** The helpers below a process, each the Node.js process itself. */
export function helpersBelow(pid: number): number[] {
  return descendantsOf(pid).filter((one) => {
    const [program, file = ""] = commandOf(one);
    return program === process.execPath && file.endsWith("network/helper.cjs");
  });
}

function commandOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}
