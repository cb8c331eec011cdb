// What an environment notes of its invocations: a Go function with Go extensions, well and not so well.
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import type { InvocationTrace, TraceEvent, TraceKind } from "../../../src/model/invocation-trace.ts";
import { levels } from "../execution/support/levels.ts";
import { buildPrograms, type Programs } from "../execution/support/programs.ts";
import { openWorld, type World } from "../execution/support/world.ts";

/** Even majors are what Lambda has, and this Node.js runs the nearest. */
const nodeMajor = Number(process.versions.node.split(".")[0]);

let programs: Programs;

beforeAll(async () => {
  programs = await buildPrograms();
});

/** `kind name`, in order. */
const outline = ({ events }: InvocationTrace) => events.map(({ kind, name }) => `${kind} ${name}`);

function find({ events }: InvocationTrace, kind: TraceKind, name?: string): TraceEvent {
  const event = events.find((one) => one.kind === kind && (name === undefined || one.name === name));
  if (!event) throw new Error(`no ${kind} ${name ?? ""} among ${JSON.stringify(events)}`);
  return event;
}

const endOf = ({ at, durationMs = 0 }: TraceEvent) => at + durationMs;

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let ids = 0;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
    });
    afterAll(() => world.close());

    async function define(names: readonly string[], changes: Partial<FunctionSnapshot> = {}) {
      return world.define({
        functionName: `traced-${ids++}`,
        code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: [await world.zip(names.map((name) => ({ path: `extensions/${name}`, content: programs.extension })))],
        ...changes,
      });
    }

    async function trace(snapshot: FunctionSnapshot, payload: object): Promise<InvocationTrace> {
      const requestId = `request-${ids++}`;
      await world.invoke(snapshot, payload, { requestId });
      const found = await world.executor.trace(requestId);
      if (!found) throw new Error("no trace");
      expect(found).toMatchObject({
        requestId,
        functionName: snapshot.functionName,
        version: "$LATEST",
        complete: true,
      });
      // Whatever has happened, it is in order, and nothing lies outside.
      const starts = found.events.map(({ at }) => at);
      expect(starts).toEqual([...starts].sort((a, b) => a - b));
      expect(starts[0]).toBeGreaterThanOrEqual(0);
      expect(Math.max(...found.events.map(endOf))).toBeCloseTo(found.durationMs, 2);
      return found;
    }

    test("a cold start and a warm invocation, from the environment's making to the freeze", async () => {
      const snapshot = await define(["one", "two"]);
      const cold = await trace(snapshot, { text: "hello" });
      expect(cold).toMatchObject({ coldStart: true, status: "success" });
      expect(cold.logStream).toMatch(/^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
      expect(Date.now() - Date.parse(cold.startedAt)).toBeLessThan(60_000);
      expect(outline(cold).sort()).toEqual(
        [
          ...["prepare platform", "init platform", "extension-launch one", "extension-launch two"],
          ...["extension-init one", "extension-init two", "runtime-launch runtime", "invoke platform"],
          ...["extension-invoke one", "extension-invoke two", "runtime-work runtime", "runtime-response runtime"],
          ...["runtime-next runtime", "freeze platform"],
        ].sort(),
      );
      const [init, invoke] = [find(cold, "init"), find(cold, "invoke")];
      expect(init.phase).toBe("init");
      expect(endOf(find(cold, "prepare"))).toBeLessThanOrEqual(init.at);
      expect(endOf(init)).toBeLessThanOrEqual(invoke.at);
      for (const name of ["one", "two"]) {
        const [launch, first] = [find(cold, "extension-launch", name), find(cold, "extension-init", name)];
        expect(launch.at).toBeGreaterThanOrEqual(init.at);
        expect(endOf(launch)).toBeCloseTo(first.at, 2);
        expect(endOf(first)).toBeLessThanOrEqual(endOf(init));
        // The runtime starts when everybody has registered.
        expect(find(cold, "runtime-launch").at).toBeGreaterThanOrEqual(endOf(launch));
        expect(endOf(find(cold, "extension-invoke", name))).toBeLessThanOrEqual(endOf(invoke));
      }
      expect(find(cold, "runtime-response").bytes).toBe('{"count":1,"text":"hello"}'.length);
      expect(find(cold, "freeze").at).toBeGreaterThanOrEqual(endOf(invoke));
      expect(find(cold, "freeze").durationMs).toBeUndefined();

      const warm = await trace(snapshot, {});
      expect(warm).toMatchObject({ coldStart: false, status: "success", logStream: cold.logStream });
      expect(outline(warm).slice(0, 2)).toEqual(["invoke platform", "thaw platform"]);
      expect(outline(warm).at(-1)).toBe("freeze platform");
      expect(outline(warm).some((one) => one.startsWith("init") || one.startsWith("prepare"))).toBe(false);
    });

    test("an extension that is slower than the runtime: how long it was waited for", async () => {
      const found = await trace(
        await define(["slow", "swift"], { environment: { EXTENSION_SLOW: "slow-invoke=60" } }),
        {},
      );
      const slow = find(found, "extension-invoke", "slow");
      expect(slow.durationMs).toBeGreaterThanOrEqual(60);
      const runtimeDone = endOf(find(found, "runtime-next"));
      expect(slow.afterRuntimeMs).toBeCloseTo(Math.max(0, endOf(slow) - runtimeDone), 1);
      expect(slow.afterRuntimeMs).toBeGreaterThan(find(found, "extension-invoke", "swift").afterRuntimeMs ?? 60);
      expect(endOf(find(found, "invoke"))).toBeGreaterThanOrEqual(endOf(slow));
    });

    test("a runtime that ends: what it was in, why, and the reset", async () => {
      const snapshot = await define(["one"]);
      const found = await trace(snapshot, { do: "exit", size: 3 });
      expect(found.status).toBe("error");
      expect(find(found, "runtime-work").unfinished).toBe(true);
      expect(find(found, "exit", "runtime").text).toBe("exit status 3");
      expect(find(found, "failure")).toMatchObject({
        errorType: "Runtime.ExitError",
        text: "Runtime exited with error: exit status 3",
      });
      const shutdown = find(found, "shutdown");
      expect(shutdown.text).toBe("failure");
      expect(find(found, "extension-shutdown", "one")).toMatchObject({ text: "exit code 0" });
      expect(find(found, "extension-shutdown", "one").unfinished).toBeUndefined();
      // What was reset is not frozen.
      expect(outline(found)).not.toContain("freeze platform");

      const next = await trace(snapshot, {});
      expect(next.coldStart).toBe(false);
      expect(find(next, "init")).toMatchObject({ phase: "invoke" });
      expect(find(next, "init").at).toBeGreaterThanOrEqual(find(next, "invoke").at);
    });

    test("a time-out", async () => {
      const found = await trace(await define(["one"], { timeout: 1 }), { sleep: 3000 });
      expect(found.status).toBe("timeout");
      expect(find(found, "failure")).toMatchObject({ errorType: "Sandbox.Timedout" });
      expect(find(found, "runtime-work").durationMs).toBeGreaterThan(900);
      expect(find(found, "runtime-shutdown").text).toBe("signal: terminated");
      expect(find(found, "shutdown").text).toBe("timeout");
    });

    test("an extension that ends before it registers: INIT fails twice", async () => {
      const snapshot = await define(["bad"], { environment: { EXTENSION_BAD: "exit-before-register=7" } });
      const found = await trace(snapshot, {});
      expect(found.status).toBe("error");
      const inits = found.events.filter(({ kind }) => kind === "init").map(({ phase }) => phase);
      expect(inits).toEqual(["init", "invoke"]);
      const launches = found.events.filter(({ kind }) => kind === "extension-launch");
      expect(launches.map(({ unfinished, text }) => [unfinished, text])).toEqual([
        [true, "exit status 7"],
        [true, "exit status 7"],
      ]);
      expect(outline(found)).not.toContain("runtime-launch runtime");
    });

    test("an extension that ends between two invocations is the second one's failure", async () => {
      const snapshot = await define(["gone"], { environment: { EXTENSION_GONE: "exit-between=9" } });
      await trace(snapshot, {});
      // It may have been frozen before its time came, and ends as soon as it is awake.
      const second = await trace(snapshot, { sleep: 1000 });
      expect(second.status).toBe("error");
      expect(find(second, "failure")).toMatchObject({ errorType: "Extension.Crash", text: "exit status 9" });
    });

    test("one that waits for its turn", async () => {
      const snapshot = await define([]);
      await trace(snapshot, {});
      const first = world.invoke(snapshot, { sleep: 150 });
      const second = await trace(snapshot, {});
      await first;
      if (second.coldStart) expect(find(second, "prepare").at).toBeGreaterThanOrEqual(0);
      else expect(find(second, "queue").durationMs).toBeGreaterThan(50);
    });

    test("subscriptions to telemetry", async () => {
      const subscription = {
        ...{ schemaVersion: "2022-12-13", types: ["platform"] },
        destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:PORT/" },
      };
      const body = Buffer.from(JSON.stringify(subscription)).toString("base64url");
      const found = await trace(await define(["tele"], { environment: { EXTENSION_TELE: `telemetry=${body}` } }), {});
      expect(find(found, "subscribe", "tele").text).toMatch(/^Telemetry API: platform/);
    });
  });
}

describe.skipIf(process.platform !== "linux")("INIT (needs Linux)", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ isolation: "none", initMilliseconds: 700 });
  });
  afterAll(() => world.close());

  test("that takes too long, and is made up for in the invocation", async () => {
    const snapshot = world.define({
      code: await world.zip([{ path: "bootstrap", content: programs.bootstrap }]),
      layers: [await world.zip([{ path: "extensions/late", content: programs.extension }])],
      environment: { EXTENSION_LATE: "slow-init=1200" },
    });
    await world.invoke(snapshot, {}, { requestId: "late" });
    const found = (await world.executor.trace("late")) as InvocationTrace;
    expect(found).toMatchObject({ status: "success", coldStart: true, complete: true });
    const phases = ["prepare", "init", "shutdown", "invoke", "freeze"];
    const seen = found.events.filter(({ kind, phase }) => phases.includes(kind) && phase !== "invoke");
    expect(seen.map(({ kind }) => kind)).toEqual(phases);
    expect(find(found, "extension-launch")).toMatchObject({ unfinished: true });
    expect(find(found, "failure")).toMatchObject({ errorType: "Sandbox.Timedout" });
    expect(find(found, "shutdown").text).toBe("timeout");
  });

  test("with an internal extension: it begins with its registration", async () => {
    const script = `
      const url = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2020-01-01/extension/";
      const named = { "Lambda-Extension-Name": "inside" };
      const answer = await fetch(url + "register", { method: "POST", headers: named, body: '{"events":["INVOKE"]}' });
      const headers = { "Lambda-Extension-Identifier": answer.headers.get("lambda-extension-identifier") };
      (async () => { for (;;) await (await fetch(url + "event/next", { headers })).text(); })();
      export const handler = async () => 1;`;
    const runtime = `nodejs${nodeMajor - (nodeMajor % 2)}.x`;
    const code = await world.zip([{ path: "index.mjs", content: script, mode: 0o644 }]);
    const snapshot = world.define({ code, runtime, functionName: "internal" });
    await world.invoke(snapshot, {}, { requestId: "internal" });
    const found = (await world.executor.trace("internal")) as InvocationTrace;
    expect(outline(found).filter((one) => one.endsWith(" inside"))).toEqual([
      "extension-init inside",
      "extension-invoke inside",
    ]);
  });

  test("many at once, each with its own", async () => {
    const code = await world.zip([{ path: "bootstrap", content: programs.bootstrap }]);
    const snapshots = [0, 1, 2].map((i) => world.define({ code, functionName: `many-${i}` }));
    const ids = Array.from({ length: 12 }, (_, i) => `many-${i}`);
    await Promise.all(
      ids.map((requestId, i) =>
        world.invoke(snapshots[i % 3] as FunctionSnapshot, { sleep: 20, text: "x".repeat(i * 100) }, { requestId }),
      ),
    );
    for (const [i, requestId] of ids.entries()) {
      const found = (await world.executor.trace(requestId)) as InvocationTrace;
      expect(found).toMatchObject({ requestId, functionName: `many-${i % 3}`, complete: true, status: "success" });
      expect(found.events.filter(({ kind }) => kind === "invoke")).toHaveLength(1);
      expect(find(found, "runtime-work").durationMs).toBeGreaterThanOrEqual(20);
      const bytes = find(found, "runtime-response").bytes ?? 0;
      expect(bytes - '{"count":1,"text":""}'.length - i * 100).toBeLessThanOrEqual(1);
    }
  });
});

describe.skipIf(process.platform !== "linux")("what is kept (needs Linux)", () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld({ isolation: "none", freeze: false });
  });
  afterAll(() => world.close());

  test("the latest hundred; without freezing a trace is complete at the end of the invocation", async () => {
    const code = await world.zip([{ path: "bootstrap", content: programs.bootstrap }]);
    const snapshot = world.define({ code });
    for (let i = 0; i <= 100; i++) await world.invoke(snapshot, {}, { requestId: `kept-${i}` });
    expect(await world.executor.trace("kept-0")).toBeUndefined();
    const [oldest, newest] = [await world.executor.trace("kept-1"), await world.executor.trace("kept-100")];
    expect(oldest?.complete).toBe(true);
    expect(newest?.complete).toBe(true);
    expect(newest?.events.at(-1)?.kind).toBe("runtime-next");
    expect(await world.executor.trace("never")).toBeUndefined();
  });

  test("invocations that nothing was free for drive none out", async () => {
    const code = await world.zip([{ path: "bootstrap", content: programs.bootstrap }]);
    const snapshot = world.define({ code });
    await world.invoke(snapshot, {}, { requestId: "wanted" });
    for (let i = 0; i <= 100; i++) {
      const throttled = world.invoke({ ...snapshot, reservedConcurrency: 0 }, {}, { requestId: `throttled-${i}` });
      await expect(throttled).rejects.toMatchObject({ code: "ReservedFunctionConcurrentInvocationLimitExceeded" });
    }
    expect(await world.executor.trace("wanted")).toMatchObject({ complete: true, status: "success" });
    expect(await world.executor.trace("throttled-100")).toBeUndefined();
  });

  test("what goes on for longer than one waits is told as far as it has come", async () => {
    const code = await world.zip([{ path: "bootstrap", content: programs.bootstrap }]);
    const snapshot = world.define({ code });
    const running = world.invoke(snapshot, { sleep: 4000 }, { requestId: "long" });
    const found = await world.executor.trace("long");
    expect(found).toMatchObject({ complete: false, status: "running" });
    expect(find(found as InvocationTrace, "invoke").durationMs).toBeUndefined();
    await running;
    expect(await world.executor.trace("long")).toMatchObject({ complete: true, status: "success" });
  });
});
