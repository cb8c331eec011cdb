// SHUTDOWN: how long each may take. Nothing without extensions, 500 ms with internal ones alone, 2 s with an external one, 300 of them the runtime's.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

const runtime = `nodejs${process.versions.node.split(".")[0]}.x`;

/** Says when it is told to end, and does not. */
const stubborn = `process.on("SIGTERM", () => console.log("told to end"));
  exports.handler = async () => 1;\n`;

/** The same with an internal extension that takes no events: it has to ask for one all the same. */
const withInternal = `const base = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension/";
  const headers = { "Lambda-Extension-Name": "inner" };
  fetch(base + "register", { method: "POST", headers, body: "{}" }).then((answer) => {
    const identifier = answer.headers.get("Lambda-Extension-Identifier");
    fetch(base + "event/next", { headers: { "Lambda-Extension-Identifier": identifier } }).catch(() => {});
  });
  ${stubborn}`;

let programs: Programs;

beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
    });
    afterAll(() => world.close());

    /** What is logged after an invocation, and how long the end takes; milliseconds. */
    async function end(source: string, changes: Partial<FunctionSnapshot> = {}) {
      const code = await world.zip([{ path: "index.js", content: source, mode: 0o644 }]);
      const snapshot = world.define({ functionName: "ending", runtime, code, ...changes });
      expect((await world.invoke(snapshot, {})).payload.toString()).toBe("1");
      const logged = world.log().length;
      const started = performance.now();
      await world.executor.retire(snapshot.functionArn);
      return { milliseconds: performance.now() - started, log: world.log().slice(logged) };
    }

    test("without extensions there is no SIGTERM, and no time", async () => {
      const { milliseconds, log } = await end(stubborn);
      expect(log).not.toContain("told to end");
      expect(milliseconds).toBeLessThan(1000);
    });

    test("with an internal extension, even one without events, the runtime has 500 ms", async () => {
      const { milliseconds, log } = await end(withInternal);
      expect(log).toContain("told to end");
      expect(milliseconds).toBeGreaterThan(490);
      expect(milliseconds).toBeLessThan(1500);
    });

    test("with an external one the runtime has 300 ms, then it is the extension's turn", async () => {
      const layers = [await world.zip([{ path: "extensions/one", content: programs.extension }])];
      const { milliseconds, log } = await end(stubborn, { layers });
      expect(log.indexOf("[one] SHUTDOWN spindown true")).toBeGreaterThan(log.indexOf("told to end"));
      expect(milliseconds).toBeGreaterThan(290);
      expect(milliseconds).toBeLessThan(1500);
    });
  });
}
