// The promise of publish, on days that seeds decide: run the same command at most twice more, and everything holds, with one new version.
// LAMBDA_EXT_TEST_SEEDS=2000 lives through more of them, LAMBDA_EXT_TEST_SEED=17 through one.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/server.ts";
import { type Archives, makeArchives } from "../support/archives.ts";
import { dayOf } from "./bad-days/day.ts";
import { liveThrough } from "./bad-days/live-through.ts";
import { forSeeds, seedsOf } from "./bad-days/random.ts";

const seeds = seedsOf(process.env, 150);
let folder: string;
let emulator: Emulator;
let archives: Archives;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "lambda-ext-bad-days-"));
  emulator = await startEmulator({ directory: join(folder, "local"), env: {} });
  archives = makeArchives("a day");
});
afterAll(async () => {
  await emulator?.close();
  archives?.remove();
  rmSync(folder, { recursive: true, force: true });
});

describe("publish on bad days", () => {
  it(`holds everywhere after two more runs at most, in ${seeds.length} cases`, {
    timeout: seeds.length * 4000,
  }, async () => {
    const runs: number[] = [];
    const codes = new Map<string, number>();
    await forSeeds(seeds, {
      atATime: 12,
      check: async (seed) => {
        const day = dayOf(seed);
        const lived = await liveThrough(day, { emulator, archives: archives.archives, folder }).catch((error) => {
          throw new Error(`${error.message}\n${JSON.stringify(day)}`, { cause: error });
        });
        runs.push(lived.runs);
        for (const code of lived.failures) codes.set(code, (codes.get(code) ?? 0) + 1);
      },
    });
    const heldAfter = (count: number) => runs.filter((one) => one === count).length;
    const told = [...codes].map(([code, count]) => `${count} ${code}`).join(", ");
    process.stderr.write(
      `publish on bad days: ${seeds.length} cases; ${heldAfter(1)} held after one run, ${heldAfter(2)} after two, ${heldAfter(3)} after three; on the way: ${told}\n`,
    );
    expect(runs).toHaveLength(seeds.length);
  });
});
