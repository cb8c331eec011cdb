// What happens when extensions, runtimes and time go wrong: error bodies, log lines, resets, and that the next invocation works.
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

    test("an extension that exits before it registers", async () => {
      const tail = await expectInitFailure(
        await define({ one: "exit-before-register=7" }),
        "Extension.Crash",
        "exit status 7",
      );
      expect(tail).toContain("EXTENSION\tName: one\tState: Exited\tEvents: []\tError Type: Extension.Crash\n");
    });

    test("an extension that exits with 0 after it registered is a crash too", async () => {
      await expectInitFailure(
        await define({ one: "exit-after-register=0", two: "" }),
        "Extension.Crash",
        "exit code 0",
      );
    });

    test("an extension that reports init/error", async () => {
      const tail = await expectInitFailure(await define({ one: "init-error" }), "Extension.InitError", "exit status 1");
      expect(tail).toContain("Error Type: Extension.InitError\n");
    });

    test("a file that can't be executed", async () => {
      const files = [{ path: "extensions/README.md", content: "# hello\n", mode: 0o644 }];
      const tail = await expectInitFailure(
        await define({ zone: "" }, { files }),
        "Extension.LaunchError",
        "fork/exec /opt/extensions/README.md: permission denied",
      );
      expect(tail).toContain(
        "EXTENSION\tName: README.md\tState: LaunchError\tEvents: []\tError Type: PermissionDenied\n",
      );
    });

    test.each([
      ["no program at all", "hello\n", "exec format error"],
      ["a script with carriage returns", "#!/bin/sh\r\nexit 0\r\n", "no such file or directory"],
      ["a script whose interpreter is missing", "#!/usr/bin/no-such-thing\n", "no such file or directory"],
    ])("%s", async (_what, content, problem) => {
      const files = [{ path: "extensions/broken", content }];
      const message = `fork/exec /opt/extensions/broken: ${problem}`;
      await expectInitFailure(await define({}, { files }), "Extension.LaunchError", message);
    });

    test("a program for another architecture", async () => {
      const foreign = Buffer.from(programs.extension);
      foreign.writeUInt16LE(process.arch === "arm64" ? 62 : 183, 18);
      const files = [{ path: "extensions/foreign", content: foreign }];
      const message = "fork/exec /opt/extensions/foreign: exec format error";
      await expectInitFailure(await define({}, { files }), "Extension.LaunchError", message);
    });

    test("an eleventh extension", async () => {
      const content = "#!/bin/sh\nexec sleep 60\n";
      const files = Array.from({ length: 11 }, (_, i) => ({
        path: `extensions/e${String(i).padStart(2, "0")}`,
        content,
      }));
      const message = "fork/exec /opt/extensions/e10: too many extensions";
      const tail = await expectInitFailure(await define({}, { files }), "Extension.LaunchError", message);
      expect(tail).toContain("EXTENSION\tName: e10\tState: LaunchError\tEvents: []\tError Type: TooManyExtensions\n");
    });

    test("the layer's magic file switches extensions off", async () => {
      const files = [{ path: "disable-extensions-jwigqn8j", content: "" }];
      const result = await world.invoke(await define({ one: "exit-before-register=1" }, { files }), { text: "fine" });
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 1, text: "fine" });
      expect(result.logTail).not.toContain("EXTENSION");
    });

    test("a name that is not the file's: INIT waits in vain, and the person is told why", async () => {
      const snapshot = await define({ one: "register-as=other,invoke-only" }, { timeout: 1 }, hasty);
      const result = await hasty.invoke(snapshot, {});
      expect(JSON.parse(result.payload.toString()).errorType).toBe("Sandbox.Timedout");
      expect(result.logTail).toContain("EXTENSION\tName: one\tState: Started\tEvents: []\n");
      expect(hasty.warnings.at(-1)).toMatch(
        /^failing\d+: INIT waited in vain for the extension one to register, while something called itself other, /,
      );
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

    test("a runtime without a bootstrap", async () => {
      const snapshot = await define({ one: "" }, { code: await world.zip([{ path: "other", content: "" }]) });
      await expectInitFailure(
        snapshot,
        "Runtime.InvalidEntrypoint",
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
      );
    });

    test("a bootstrap that may not be executed", async () => {
      const code = await world.zip([{ path: "bootstrap", content: programs.bootstrap, mode: 0o644 }]);
      const message = "fork/exec /var/task/bootstrap: permission denied";
      await expectInitFailure(await define({}, { code }), "Runtime.InvalidEntrypoint", message);
    });

    test.each([
      ["exit 0", "Runtime exited without providing a reason"],
      ["exit 3", "Runtime exited with error: exit status 3"],
      ["kill -9 $$", "Runtime exited with error: signal: killed"],
    ])("a runtime that does `%s` during INIT", async (command, message) => {
      const code = await world.zip([{ path: "bootstrap", content: `#!/bin/sh\n${command}\n` }]);
      await expectInitFailure(await define({ one: "" }, { code }), "Runtime.ExitError", message);
    });

    test("an extension that exits during an invocation fails it, and the next one starts anew", async () => {
      const snapshot = await define({ one: "exit-during-invoke=9", two: "" });
      const result = await world.invoke(snapshot, { do: "", sleep: 300 }, { requestId: "the-id" });
      expect(result.payload.toString()).toBe(
        '{"errorType":"Extension.Crash","errorMessage":"RequestId: the-id Error: exit status 9"}',
      );
      expect(result.logTail).toMatch(/MB\tInit Duration: \S+ ms\tStatus: error\tError Type: Extension.Crash\n$/);
      const next = await world.invoke(snapshot, { sleep: 300 });
      expect(next.logTail).toMatch(/START .*INIT_START .*registered.*EXTENSION.*END/s);
      expect(world.log()).toContain("[two] SHUTDOWN failure true\n");
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

    test("an answer that was given before an extension crashed is kept", async () => {
      const snapshot = await define({ one: "slow-invoke=200,exit-between=4", two: "slow-invoke=1000" });
      const result = await world.invoke(snapshot, { text: "given" });
      expect(JSON.parse(result.payload.toString())).toEqual({ count: 1, text: "given" });
      expect(result.functionError).toBeUndefined();
      expect(result.logTail).toMatch(/Status: error\tError Type: Extension.Crash\n$/);
    });

    test("an extension that reports exit/error", async () => {
      const snapshot = await define({ one: "exit-error" });
      const result = await world.invoke(snapshot, { sleep: 300 }, { requestId: "the-id" });
      expect(result.payload.toString()).toBe(
        '{"errorType":"Extension.ExitError","errorMessage":"RequestId: the-id Error: exit status 2"}',
      );
    });

    test("an extension that exits between two invocations fails the second, and the third works", async () => {
      const snapshot = await define({ one: "exit-between=0" });
      expect((await world.invoke(snapshot, {})).functionError).toBeUndefined();
      await new Promise((resolve) => setTimeout(resolve, 400));
      const second = await world.invoke(snapshot, {}, { requestId: "the-id" });
      expect(second.payload.toString()).toBe(
        '{"errorType":"Extension.Crash","errorMessage":"RequestId: the-id Error: exit code 0"}',
      );
      expect(JSON.parse((await world.invoke(snapshot, {})).payload.toString()).count).toBe(1);
    });

    test("a runtime that exits, and one that panics", async () => {
      const snapshot = await define({ one: "" });
      const left = await world.invoke(snapshot, { do: "exit", size: 5 }, { requestId: "the-id" });
      expect(left.payload.toString()).toBe(
        '{"errorType":"Runtime.ExitError","errorMessage":"RequestId: the-id Error: Runtime exited with error: exit status 5"}',
      );
      expect(left.logTail).toMatch(/START .*\nleaving\n.*END RequestId/s);
      const panicked = await world.invoke(snapshot, { do: "panic", text: "oh" });
      // What the runtime said of itself counts more than its end.
      expect(JSON.parse(panicked.payload.toString())).toMatchObject({ errorMessage: "oh", errorType: "string" });
      expect(panicked.functionError).toBe("Unhandled");
      expect(JSON.parse((await world.invoke(snapshot, {})).payload.toString()).count).toBe(1);
    });

    test("a time-out resets, keeps /tmp, and the next INIT is part of the next invocation", async () => {
      const snapshot = await define({ one: "" }, { timeout: 1 });
      const file = `/tmp/${snapshot.revisionId}`;
      await world.invoke(snapshot, { do: "write", text: file });
      const result = await world.invoke(snapshot, { sleep: 5000 }, { requestId: "the-id" });
      expect(result.payload.toString()).toBe(
        '{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: the-id Error: Task timed out after 1.00 seconds"}',
      );
      expect(result.functionError).toBe("Unhandled");
      expect(result.logTail).toMatch(/\tDuration: 1000.00 ms\tBilled Duration: 1000 ms\t.*\tStatus: timeout\n$/);
      const next = await world.invoke(snapshot, { do: "read", text: file });
      expect(next.payload.toString()).toBe('"kept"');
      expect(next.logTail).toContain("EXTENSION\tName: one\tState: Ready");
      expect(next.logTail).not.toMatch(/MB\tInit Duration/);
      expect(world.log()).toContain("[one] SHUTDOWN timeout true\n");
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
