// Makes tests of rows: all scenes are played first, a few at a time, then each row looks at what its scene has shown.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mismatch, type Pattern } from "./pattern.ts";
import { type Played, play } from "./play.ts";
import type { Row, Scene } from "./row.ts";
import type { Target } from "./targets/target.ts";

/** How a target is judged. */
export interface Judgement {
  readonly title: string;
  readonly open: () => Promise<Target>;
  readonly scenes: readonly Scene[];
  /** What the target must show; a text is the reason why it is not judged. */
  readonly expectation: (row: Row, scene: Scene) => Pattern | { readonly skip: string };
  /** Told of every row that was judged. */
  readonly onJudged?: (row: Row, wrong: string | undefined) => void;
  readonly onEnd?: () => Promise<void>;
}

/** At once: two cores, and scenes wait more than they work. */
const sideBySide = 4;

/** Declares the tests. */
export function judge({ title, open, scenes, expectation, onJudged, onEnd }: Judgement): void {
  describe(title, () => {
    const played = new Map<Scene, Played | Error>();
    let judged = 0;
    let target: Target | undefined;
    beforeAll(async () => {
      const opened = await open();
      target = opened;
      // The long ones first, so that none is waited for alone.
      const left = [...scenes].sort((a, b) => length(b) - length(a));
      const worker = async () => {
        for (let scene = left.shift(); scene; scene = left.shift()) {
          played.set(scene, await play(opened, scene).catch((error: Error) => error));
        }
      };
      await Promise.all(Array.from({ length: sideBySide }, worker));
    }, 180_000);
    afterAll(async () => {
      await target?.close();
      await onEnd?.();
      process.stdout.write(`${title}: ${judged} rows judged in ${scenes.length} scenes\n`);
    });
    for (const scene of scenes) {
      for (const row of scene.rows) {
        const expected = expectation(row, scene);
        if (isSkipped(expected)) {
          describe("not judged", () => test.skip(`${row.id} (${scene.name}): ${expected.skip}`, () => {}));
          continue;
        }
        test(`${row.id} (${scene.name})`, () => {
          const seen = played.get(scene);
          if (!seen || seen instanceof Error) {
            onJudged?.(row, "the scene could not be played");
            throw seen ?? new Error("the scene was not played");
          }
          const wrong = mismatch(seen.look(row.look), expected, row.look);
          judged++;
          onJudged?.(row, wrong);
          expect(wrong && `${wrong}\nlog:\n${JSON.stringify(seen.look("log"), undefined, 1)}`).toBeUndefined();
        });
      }
    }
  });
}

function isSkipped(expected: Pattern | { readonly skip: string }): expected is { readonly skip: string } {
  return typeof expected === "object" && expected !== null && "skip" in expected;
}

/** About how long a scene takes; milliseconds. */
function length({ acts, timeout = 10, init = 0 }: Scene): number {
  const waits = acts.reduce((sum, act) => sum + ("wait" in act ? act.wait : 0), 0);
  return waits + init + (timeout < 10 ? timeout * 1000 + 2000 : 0);
}
