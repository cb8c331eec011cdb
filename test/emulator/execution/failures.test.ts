// What happens when extensions, runtimes and time go wrong, in what the conformance suite does not show: hints, other architectures, times.
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { type FixtureFile, openWorld, type World } from "./support/world.ts";

let programs: Programs;

beforeAll(async () => {
  programs = await buildPrograms();
});

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    /** With a short INIT, for what takes too long. */
    let hasty: World;
    beforeAll(async () => {
      // Without freezing: some of these processes end between invocations.
      world = await openWorld({ isolation: level, freeze: false });
      hasty = await openWorld({ isolation: level, initMilliseconds: 1000 });
    });
    afterAll(async () => {
      await world.close();
      await hasty.close();
    });

    let functions = 0;
    async function define(
      words: Readonly<Record<string, string>>,
      changes: Partial<FunctionSnapshot> & { readonly files?: readonly FixtureFile[] } = {},
      at = world,
    ): Promise<FunctionSnapshot> {
      const { files = [], ...rest } = changes;
      const names = Object.keys(words);
      const layer = [...names.map((name) => ({ path: `extensions/${name}`, content: programs.extension })), ...files];
      const behaviour = Object.entries(words).map(([name, text]) => [`EXTENSION_${name.toUpperCase()}`, text]);
      return at.define({
        functionName: `failing${functions++}`,
        code: await at.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: layer.length > 0 ? [await at.zip(layer)] : [],
        environment: Object.fromEntries(behaviour),
        ...rest,
      });
    }

    /** Both tries of INIT fail: outside and inside the invocation. */
    async function expectInitFailure(snapshot: FunctionSnapshot, errorType: string, message: string): Promise<string> {
      const result = await world.invoke(snapshot, {}, { requestId: "the-id" });
      expect(JSON.parse(result.payload.toString())).toEqual({
        errorType,
        errorMessage: `RequestId: the-id Error: ${message}`,
      });
      expect(result.functionError).toBe("Unhandled");
      const status = `Status: error\tError Type: ${errorType}`;
      expect(result.logTail).toMatch(new RegExp(`INIT_REPORT Init Duration: \\S+ ms\tPhase: init\t${status}\n`));
      expect(result.logTail).toMatch(
        new RegExp(`START .*INIT_REPORT Init Duration: \\S+ ms\tPhase: invoke\t${status}\n.*END`, "s"),
      );
      expect(result.logTail).toMatch(new RegExp(`REPORT RequestId: .*MB\t${status}\n$`));
      expect(result.logTail).not.toMatch(/MB\tInit Duration/);
      return result.logTail;
    }

    test("a program for another architecture", async () => {
      const foreign = Buffer.from(programs.extension);
      foreign.writeUInt16LE(process.arch === "arm64" ? 62 : 183, 18);
      const files = [{ path: "extensions/foreign", content: foreign }];
      const message = "fork/exec /opt/extensions/foreign: exec format error";
      await expectInitFailure(await define({}, { files }), "Extension.LaunchError", message);
    });

    test.each([
      ["slow-init=5000", "for the extension one to register: the runtime starts when all have."],
      ["slow-next=5000", "for the extension one to ask for its first event: all that have registered must,"],
    ])("an extension that INIT waits for in vain is named: %s", async (word, hint) => {
      const result = await hasty.invoke(await define({ one: word, two: "" }, { timeout: 1 }, hasty), {});
      expect(JSON.parse(result.payload.toString()).errorType).toBe("Sandbox.Timedout");
      expect(hasty.warnings.at(-1)).toContain(`INIT waited in vain ${hint}`);
    });

    test("a runtime that INIT waits for in vain is named", async () => {
      const code = await hasty.zip([{ path: "bootstrap", content: "#!/bin/sh\nsleep 5\n" }]);
      await hasty.invoke(hasty.define({ functionName: "dreaming", code, timeout: 1 }), {});
      expect(hasty.warnings.at(-1)).toBe("dreaming: INIT waited in vain for the runtime to ask for its first event.");
    });

    test("a wrong name that asks for SHUTDOWN is refused, as an internal extension's would be", async () => {
      const snapshot = await define({ one: "register-as=other" });
      const tail = await expectInitFailure(snapshot, "Extension.Crash", "exit status 5");
      expect(tail).toContain("SHUTDOWN: ShutdownEventNotSupportedForInternalExtension");
      expect(world.warnings.at(-1)).toContain("Lambda-Extension-Name must be the file's name");
    });

    test("INIT that takes too long starts again inside the invocation, and may end well there", async () => {
      const snapshot = await define({ one: "slow-init=1300" }, {}, hasty);
      const result = await hasty.invoke(snapshot, { text: "late" });
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 1, text: "late" });
      expect(result.logTail).toMatch(/INIT_REPORT Init Duration: \d{4,}\.\d\d ms\tPhase: init\tStatus: timeout\n/);
      const [, duration = "", billed = ""] =
        /\tDuration: (\S+) ms\tBilled Duration: (\d+) ms/.exec(result.logTail) ?? [];
      expect(Number(duration)).toBeGreaterThan(1300);
      expect(Number(billed)).toBe(Math.ceil(Number(duration)));
      expect(result.logTail).not.toMatch(/MB\tInit Duration/);
    });

    test("whoever invokes while it is being reset waits for it, and finds its /tmp", async () => {
      const snapshot = await define({ one: "ignore-shutdown" });
      const file = level === "none" ? join(world.folder, "kept-over-reset") : "/tmp/kept";
      await world.invoke(snapshot, { do: "write", text: file });
      const failed = await world.invoke(snapshot, { do: "exit", size: 3 });
      expect(JSON.parse(failed.payload.toString()).errorType).toBe("Runtime.ExitError");
      const streams = world.streams.size;
      const next = await world.invoke(snapshot, { do: "read", text: file });
      expect(next.payload.toString()).toBe('"kept"');
      expect(next.logTail).toMatch(/^START .*\nINIT_START /);
      expect(world.streams.size).toBe(streams);
    });

    test("an extension that is slow lets the invocation time out although the answer was given", async () => {
      const snapshot = await define({ one: "slow-invoke=1500" }, { timeout: 1 });
      const result = await world.invoke(snapshot, { text: "given" });
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 1, text: "given" });
      expect(result.logTail).toContain("Status: timeout");
      expect(world.warnings.at(-1)).toMatch(
        /The invocation timed out waiting for the extension one, long after the runtime/,
      );
    });

    test("an extension that ignores SHUTDOWN is killed after 2 s; one that did not want it at once", async () => {
      const before = world.log().length;
      const snapshot = await define({ one: "ignore-shutdown", two: "invoke-only", three: "no-events" });
      expect((await world.invoke(snapshot, {})).functionError).toBeUndefined();
      const started = Date.now();
      await world.executor.retire(snapshot.functionArn);
      expect(Date.now() - started).toBeGreaterThan(1900);
      expect(Date.now() - started).toBeLessThan(3500);
      const log = world.log().slice(before);
      expect(log).toContain("[one] SHUTDOWN spindown true\n");
      expect(log).not.toContain("[two] SHUTDOWN");
      expect(log).toContain("EXTENSION\tName: three\tState: Ready\tEvents: []\n");
      expect(log).not.toContain("[three] INVOKE");
    });

    test("a zip that can't be unpacked rejects the invocation", async () => {
      const code = await world.zip([{ path: "bootstrap", content: "" }]);
      const missing = { ...code, zip: `${code.zip}.missing`, codeSha256: "missing" };
      await expect(world.invoke(await define({}, { code: missing }), {})).rejects.toThrow(
        /^Unpacking arn:aws:\S+ into \/var\/task failed/,
      );
    });
  });
}
