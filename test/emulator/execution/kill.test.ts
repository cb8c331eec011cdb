// kill -9 of every process of an environment, at every level: what the invoker sees, what is left, and that the next invocation works.
import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { isAlive } from "../../../src/emulator/sandbox/proc.ts";
import { soon } from "../../support/soon.ts";
import { type Family, familyOf, isStopped, livingWith } from "./support/family.ts";
import { createGate } from "./support/gate.ts";
import { everyLevel } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

/** Leaves its session, and is there when the invocation ends. */
const daemon =
  'setsid sleep 600 >/dev/null 2>&1 </dev/null & until [ "$(cat /proc/$!/comm)" = sleep ]; do sleep 0.01; done';

interface Row {
  readonly victim: keyof Family;
  /** What the invocation comes to during which it is killed: AWS's error type, or an answer. */
  readonly running: string;
  /** What the next invocation comes to where it is killed between two; whatever comes first, where there are two. */
  readonly idle: readonly string[];
  /** Whether everything else is gone at once. */
  readonly takesAll: boolean;
}

const rows: readonly Row[] = [
  { victim: "runtime", running: "Runtime.ExitError", idle: ["Runtime.ExitError"], takesAll: false },
  { victim: "extension", running: "Extension.Crash", idle: ["Extension.Crash", "an answer"], takesAll: false },
  { victim: "daemon", running: "an answer", idle: ["an answer"], takesAll: false },
  // Nobody waits for the process any more, which goes on.
  { victim: "runtimeShell", running: "an answer", idle: ["an answer"], takesAll: false },
  { victim: "extensionShell", running: "an answer", idle: ["an answer"], takesAll: false },
  // Between invocations the next one simply has another place.
  { victim: "supervisor", running: "Sandbox.Failure", idle: ["an answer"], takesAll: true },
  { victim: "init", running: "Sandbox.Failure", idle: ["an answer"], takesAll: true },
  { victim: "outermost", running: "Sandbox.Failure", idle: ["an answer"], takesAll: true },
];
/** Without a place there are but the function's own processes. */
const inEveryLevel: readonly (keyof Family)[] = ["runtime", "extension", "daemon"];

let programs: Programs;
beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of everyLevel) {
  describe.skipIf(skip)(`kill -9 at level ${level}${why}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
    });
    afterAll(() => world.close());

    const define = async (mark: string) =>
      world.define({
        functionName: `killed-${mark.slice(0, 8)}`,
        code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: [await world.zip([{ path: "extensions/one", content: programs.extension }])],
        environment: { TEST_MARK: mark },
      });
    const invoke = async (snapshot: FunctionSnapshot, payload: unknown): Promise<string> => {
      const result = await world.invoke(snapshot, payload);
      return result.functionError ? JSON.parse(result.payload.toString()).errorType : "an answer";
    };
    const events = () => world.log().match(/\[one\] INVOKE/g)?.length ?? 0;

    describe.each(rows.filter(({ victim }) => level !== "none" || inEveryLevel.includes(victim)))(
      "of $victim",
      ({ victim, running, idle, takesAll }) => {
        test.each(["running", "idle"] as const)("%s", async (when) => {
          const mark = randomUUID();
          const snapshot = await define(mark);
          await invoke(snapshot, { do: "run", Command: ["/bin/sh", "-c", daemon] });
          const family = familyOf(mark, level);
          const everybody = Object.values(family).filter((pid) => pid !== undefined);
          expect(everybody).toHaveLength(level === "none" ? 3 : 8);
          const target = family[victim] ?? 0;

          const told = events();
          const gate = await createGate();
          onTestFinished(() => gate.close());
          const invocation = when === "running" ? invoke(snapshot, { do: "get", text: gate.url }) : undefined;
          if (invocation) {
            await gate.reached();
            await vi.waitFor(() => expect(events()).toBe(told + 1), soon);
          } else await vi.waitFor(() => expect(isStopped(family.runtime ?? 0)).toBe(true), soon);
          process.kill(target, "SIGKILL");
          await vi.waitFor(() => expect(isAlive(target)).toBe(false), soon);
          if (takesAll) {
            await vi.waitFor(() => expect(everybody.filter(isAlive)).toEqual([]), soon);
            await vi.waitFor(() => expect(world.warnings.at(-1)).toContain(snapshot.functionName), soon);
          }

          // A failure must end it without.
          if (running === "an answer") gate.open();
          expect(await (invocation ?? invoke(snapshot, {}))).toBeOneOf(when === "running" ? [running] : [...idle]);
          expect(await invoke(snapshot, {})).toBe("an answer");
          const ended = takesAll || victim === "runtime" || victim === "extension";
          // A failure ends them all; else they are those of before, without the one that was killed.
          const left = livingWith(mark).filter((pid) => everybody.includes(pid));
          const fromBefore = [family.runtime, family.extension, family.daemon].filter((pid) => pid !== target);
          expect(left.sort()).toEqual(ended ? [] : fromBefore.sort());

          await world.executor.retire(snapshot.functionArn);
          // bwrap ends before its process 1 has quite ended.
          await vi.waitFor(() => expect(everybody.filter(isAlive)).toEqual([]), soon);
          expect(livingWith(mark)).toEqual([]);
        });
      },
    );
  });
}
