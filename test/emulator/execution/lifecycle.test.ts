// A Go function with Go extensions through INIT, INVOKE and SHUTDOWN.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { buildFixture } from "./support/fixture-programs.ts";
import { levels } from "./support/levels.ts";
import { openWorld, type World } from "./support/world.ts";

let programs: string;
let extension: Buffer;
let bootstrap: Buffer;

beforeAll(async () => {
  programs = await mkdtemp(join(tmpdir(), "lambda-ext-programs-"));
  extension = await readFile(await buildFixture("extension", programs));
  bootstrap = await readFile(await buildFixture("function", programs));
});
afterAll(() => rm(programs, { recursive: true, force: true }));

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let snapshot: FunctionSnapshot;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
      snapshot = world.define({
        code: await world.zip([{ path: "bootstrap", content: bootstrap }]),
        layers: [
          await world.zip([
            { path: "extensions/one", content: extension },
            { path: "extensions/.two", content: extension },
            { path: "extensions/folder/three", content: extension },
          ]),
        ],
      });
    });
    afterAll(() => world.close());

    test("a cold invocation logs the phases in AWS's order", async () => {
      const result = await world.invoke(
        snapshot,
        { text: "hello" },
        { requestId: "11111111-2222-3333-4444-555555555555" },
      );
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 1, text: "hello" });
      expect(result.functionError).toBeUndefined();
      const registered =
        'registered 200 {"functionName":"fixture","functionVersion":"$LATEST","handler":"index.handler","accountId":"000000000000"}';
      const lines = result.logTail.split("\n");
      expect(lines[0]).toBe("INIT_START Runtime Version: provided:al2023.local");
      expect(lines.slice(1, 3).sort()).toEqual([`[.two] ${registered}`, `[one] ${registered}`]);
      expect(lines.slice(3, 6)).toEqual([
        "EXTENSION\tName: .two\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
        "EXTENSION\tName: one\tState: Ready\tEvents: [INVOKE, SHUTDOWN]",
        "START RequestId: 11111111-2222-3333-4444-555555555555 Version: $LATEST",
      ]);
      expect(lines.slice(6, 8).sort()).toEqual([
        "[.two] INVOKE 11111111-2222-3333-4444-555555555555",
        "[one] INVOKE 11111111-2222-3333-4444-555555555555",
      ]);
      expect(lines[8]).toBe("END RequestId: 11111111-2222-3333-4444-555555555555");
      expect(lines[9]).toMatch(
        /^REPORT RequestId: 11111111-\S+\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 512 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t$/,
      );
      expect(lines.slice(10)).toEqual([""]);
      const [, duration = "", billed = "", init = ""] =
        /Duration: (\S+) ms\tBilled Duration: (\d+) .*Init Duration: (\S+) ms/.exec(lines[9] ?? "") ?? [];
      // The line is rounded to hundredths, the bill is not.
      const sum = Number(duration) + Number(init);
      expect(Number(billed)).toBeGreaterThanOrEqual(sum - 0.01);
      expect(Number(billed)).toBeLessThan(sum + 1.01);
    });

    test("a warm one has no Init Duration and the same processes", async () => {
      const result = await world.invoke(snapshot, { text: "again" });
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 2, text: "again" });
      expect(result.logTail).toMatch(/^START.*END.*REPORT [^\n]*Max Memory Used: \d+ MB\t\n$/s);
    });
  });
}
