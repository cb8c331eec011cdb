// Who is who among the processes of an environment, as this machine sees them.
import { readFileSync } from "node:fs";
import type { IsolationLevel } from "../../../../src/emulator/execution.ts";
import { isAlive, processesWith } from "../../../../src/emulator/sandbox/proc.ts";

/** The living processes that carry TEST_MARK with this value: runtime, extensions, and what these have started. */
export function livingWith(mark: string): number[] {
  return processesWith("TEST_MARK")
    .filter(({ pid, value }) => value === mark && isAlive(pid))
    .map(({ pid }) => pid);
}

/** The processes of an environment with one extension `one` and a daemon `sleep`, by what they are; undefined where a level has none such. */
export interface Family {
  readonly runtime: number | undefined;
  readonly extension: number | undefined;
  readonly daemon: number | undefined;
  /** The shells that wait for them. */
  readonly runtimeShell: number | undefined;
  readonly extensionShell: number | undefined;
  readonly supervisor: number | undefined;
  /** Process 1 inside. */
  readonly init: number | undefined;
  /** bwrap or unshare. */
  readonly outermost: number | undefined;
}

/** Looks them up. */
export function familyOf(mark: string, level: IsolationLevel): Family {
  const living = livingWith(mark);
  const named = (name: string) => living.find((pid) => fieldsOf(pid).name === name);
  const [runtime, extension, daemon] = [named("bootstrap"), named("one"), named("sleep")];
  const above = (pid: number | undefined) => (pid === undefined || level === "none" ? undefined : fieldsOf(pid).parent);
  const supervisor = above(above(runtime));
  const init = above(supervisor);
  return {
    ...{ runtime, extension, daemon, runtimeShell: above(runtime), extensionShell: above(extension) },
    ...{ supervisor, init, outermost: above(init) },
  };
}

/** Whether a process has been stopped by a signal. */
export function isStopped(pid: number): boolean {
  return fieldsOf(pid).state === "T";
}

function fieldsOf(pid: number): { name: string; state: string; parent: number } {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  const end = text.lastIndexOf(")");
  const [state = "", parent = ""] = text.slice(end + 2).split(" ");
  return { name: text.slice(text.indexOf("(") + 1, end), state, parent: Number(parent) };
}
