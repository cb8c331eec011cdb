// Marks our processes, so that those which outlive us (a kill -9 of the tool, a daemon that left its process group) can be found and
// ended. With isolation `none` that is every process of a function; else what makes the place and supervises it.
import { isAlive, processesWith, startTimeOf } from "./proc.ts";
import { sendSignal } from "./send-signal.ts";

/** The variable that carries the mark; the underscore keeps it out of the names that Lambda's customers may set. */
export const markVariable = "_LAMBDA_EXT_SANDBOX";

/** A mark: `<our pid>:<our start time>:<sandbox>`. A process number alone may be somebody else's tomorrow. */
export function makeMark(sandbox: string): string {
  return `${process.pid}:${startTimeOf(process.pid) ?? ""}:${sandbox}`;
}

/** Everything that carries exactly this mark, a daemon that left its process group too. */
export function markedWith(mark: string): readonly { readonly pid: number }[] {
  return processesWith(markVariable).filter(({ value }) => value === mark);
}

/** Kills everything that carries exactly this mark, and waits (at most a second) until it is gone. */
export async function killMarked(mark: string): Promise<void> {
  await killAll(() => markedWith(mark));
}

/** Kills what processes of ours, dead by now, have left running, and says so. */
export async function killLeftovers(warn: (message: string) => void): Promise<void> {
  const count = await killAll(() => processesWith(markVariable).filter(({ value }) => !ownerLives(value)));
  if (count > 0) warn(`Ended ${count} process${count === 1 ? "" : "es"} that an earlier run had left behind.`);
}

function ownerLives(mark: string): boolean {
  const [pid, startTime] = mark.split(":");
  return startTimeOf(Number(pid)) === startTime;
}

async function killAll(find: () => readonly { readonly pid: number }[]): Promise<number> {
  const killed = new Set<number>();
  for (let round = 0; round < 50; round++) {
    const living = find().filter(({ pid }) => isAlive(pid));
    if (living.length === 0) break;
    for (const { pid } of living) {
      killed.add(pid);
      // SIGKILL works on a stopped process too, but its children may wait for it to go on: wake it first.
      sendSignal(pid, "SIGCONT");
      sendSignal(pid, "SIGKILL");
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return killed.size;
}
