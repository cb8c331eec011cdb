// Reads /proc: who is whose child, how much memory a process had, when it started.
import { readdirSync, readFileSync } from "node:fs";

/** What we want to know of a process. */
export interface ProcessStatus {
  /** Its number in the innermost PID namespace that it belongs to. */
  readonly innerPid: number;
  /** The most memory that it had at a time, bytes. */
  readonly peakBytes: number;
}

/** undefined where there is no such process (any more). */
export function statusOf(pid: number): ProcessStatus | undefined {
  const text = readProc(pid, "status");
  if (!text) return undefined;
  const inner = /^NSpid:.*?(\d+)$/m.exec(text)?.[1];
  const peak = /^VmHWM:\s*(\d+) kB$/m.exec(text)?.[1];
  return { innerPid: Number(inner ?? pid), peakBytes: Number(peak ?? 0) * 1024 };
}

/** The direct children, whichever of its threads started them. */
export function childrenOf(pid: number): number[] {
  return listProc(`/proc/${pid}/task`).flatMap((thread) => numbers(readProc(pid, `task/${thread}/children`) ?? ""));
}

/** A process, its children, and theirs. */
export function treeOf(pid: number): number[] {
  return [pid, ...childrenOf(pid).flatMap(treeOf)];
}

/** The start time in clock ticks since boot: with it a process number is unmistakable. undefined where there is no such process. */
export function startTimeOf(pid: number): string | undefined {
  const text = readProc(pid, "stat");
  // The command's name, in brackets, may hold anything: count from its end. Field 22 of proc(5).
  return text?.slice(text.lastIndexOf(")") + 2).split(" ")[19];
}

/** A zombie is as good as gone. */
export function isAlive(pid: number): boolean {
  const text = readProc(pid, "stat");
  return text !== undefined && !/^[ZX]/.test(text.slice(text.lastIndexOf(")") + 2));
}

/** The processes of this machine that carry the variable, with its value; those of other users can't be seen. */
export function processesWith(variable: string): { pid: number; value: string }[] {
  const prefix = `${variable}=`;
  return numbers(listProc("/proc").join(" ")).flatMap((pid) => {
    const entry = readProc(pid, "environ")
      ?.split("\0")
      .find((text) => text.startsWith(prefix));
    return entry === undefined ? [] : [{ pid, value: entry.slice(prefix.length) }];
  });
}

function numbers(text: string): number[] {
  return text
    .split(/\s+/)
    .filter((word) => /^\d+$/.test(word))
    .map(Number);
}

function readProc(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return undefined;
  }
}

function listProc(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
