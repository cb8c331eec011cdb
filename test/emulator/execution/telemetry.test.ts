// The Telemetry API and the Logs API as extensions see them: real processes that subscribe, listen, hang, come late, and are frozen.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { type Collector, openCollector } from "./support/collector.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

let programs: Programs;
let collector: Collector;

beforeAll(async () => {
  programs = await buildPrograms();
  collector = await openCollector();
});
afterAll(() => collector.close());
beforeEach(() => void collector.batches.splice(0));

const quick = { timeoutMs: 25 };
const http = { protocol: "HTTP", URI: "http://sandbox.localdomain:PORT/events?to=me" };

/** A subscription for the fixture's words. */
function body(changes: object = {}): string {
  const subscription = {
    schemaVersion: "2022-12-13",
    types: ["platform", "function"],
    destination: http,
    buffering: quick,
  };
  return Buffer.from(JSON.stringify({ ...subscription, ...changes })).toString("base64url");
}
const telemetry = (changes: object = {}) => `telemetry=${body(changes)}`;
const logs = (changes: object = {}) => `logs=${body({ schemaVersion: "2020-08-15", ...changes })}`;
const isReport = ({ type }: { type: string }) => type === "platform.report";

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let wakeful: World;
    beforeAll(async () => {
      world = await openWorld({ isolation: level });
      wakeful = await openWorld({ isolation: level, freeze: false, initMilliseconds: 1000 });
    });
    afterAll(async () => {
      await world.close();
      await wakeful.close();
    });

    let functions = 0;
    async function define(
      words: Readonly<Record<string, string>>,
      changes: Partial<FunctionSnapshot> = {},
      at = world,
    ) {
      const layer = Object.keys(words).map((name) => ({ path: `extensions/${name}`, content: programs.extension }));
      const behaviour = Object.entries(words).map(([name, text]) => [
        `EXTENSION_${name.toUpperCase()}`,
        `collect=${collector.port},${text}`,
      ]);
      return at.define({
        functionName: `telling${functions++}`,
        code: await at.zip([{ path: "bootstrap", content: programs.bootstrap }]),
        layers: [await at.zip(layer)],
        environment: Object.fromEntries(behaviour),
        ...changes,
      });
    }

    test("a whole life: every event, in order, with its record", async () => {
      const snapshot = await define({ one: telemetry(), two: "" });
      const requestId = "11111111-2222-3333-4444-555555555555";
      const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
      const cold = await world.invoke(snapshot, { do: "print", text: "hello\nagain" }, { requestId, traceId });
      expect(cold.logTail).toContain("TELEMETRY\tName: one\tState: Subscribed\tTypes: [Platform, Function]\n");
      expect(cold.logTail).toContain('[one] subscribed telemetry 200 "OK"\n');
      // The runtime's report waits for the next thaw.
      expect(collector.types("one")).not.toContain("platform.report");
      await world.executor.retire(snapshot.functionArn);
      const events = collector.events("one");
      expect(events.map(({ type }) => type)).toEqual([
        "platform.initStart",
        "platform.telemetrySubscription",
        "platform.initRuntimeDone",
        ...["platform.extension", "platform.extension"],
        "platform.initReport",
        "platform.start",
        ...["function", "function"],
        "platform.runtimeDone",
        "platform.report",
      ]);
      const number = expect.any(Number);
      const init = { initializationType: "on-demand", phase: "init" };
      const tracing = { type: "X-Amzn-Trace-Id", value: traceId };
      const span = (name: string) => ({ name, start: expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/), durationMs: number });
      expect(events.map(({ record }) => record)).toEqual([
        {
          ...{ ...init, runtimeVersion: "provided:al2023.local" },
          ...{ functionName: snapshot.functionName, functionVersion: "$LATEST" },
          ...{ instanceId: expect.any(String), instanceMaxMemory: 512 },
        },
        { name: "one", state: "Subscribed", types: ["platform", "function"] },
        { ...init, status: "success" },
        { name: "one", state: "Ready", events: ["INVOKE", "SHUTDOWN"] },
        { name: "two", state: "Ready", events: ["INVOKE", "SHUTDOWN"] },
        { ...init, status: "success", metrics: { durationMs: number } },
        { requestId, version: "$LATEST", tracing },
        "hello",
        "again",
        {
          ...{ requestId, status: "success", tracing, metrics: { durationMs: number, producedBytes: number } },
          spans: [span("responseLatency"), span("responseDuration"), span("runtimeOverhead")],
        },
        {
          ...{ requestId, status: "success", tracing, spans: [span("extensionOverhead")] },
          metrics: {
            ...{ durationMs: number, billedDurationMs: number, initDurationMs: number },
            ...{ memorySizeMB: 512, maxMemoryUsedMB: number },
          },
        },
      ]);
      for (const { time } of events) expect(time).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
      expect(new Set(collector.batches.map(({ method, path }) => `${method} ${path}`))).toEqual(
        new Set(["POST /events?to=me"]),
      );
      // The log line and the event are the same report.
      const { durationMs, billedDurationMs } = events.at(-1)?.record.metrics ?? {};
      expect(cold.logTail).toContain(
        `\tDuration: ${durationMs.toFixed(2)} ms\tBilled Duration: ${billedDurationMs} ms`,
      );
    });

    test("while frozen nothing is sent: the report of one invocation comes in the next", async () => {
      const snapshot = await define({ one: telemetry() });
      await world.invoke(snapshot, {}, { requestId: "first" });
      // Longer than a batch may wait.
      await new Promise((resolve) => setTimeout(resolve, 200));
      expect(collector.events("one").filter(isReport)).toEqual([]);
      await world.invoke(snapshot, { sleep: 300 }, { requestId: "second" });
      expect(
        collector
          .events("one")
          .filter(isReport)
          .map(({ record }) => record.requestId),
      ).toEqual(["first"]);
      await world.executor.retire(snapshot.functionArn);
      expect(
        collector
          .events("one")
          .filter(isReport)
          .map(({ record }) => record.requestId),
      ).toEqual(["first", "second"]);
    });

    test("without freezing it comes when the time is up", async () => {
      const snapshot = await define({ one: telemetry() }, {}, wakeful);
      await wakeful.invoke(snapshot, {}, { requestId: "only" });
      const events = await collector.until("one", (found) => found.some(isReport));
      expect(events.at(-1)?.record.requestId).toBe("only");
    });

    test("the Logs API: its own events, method and subscription line; runtimeDone from its second version on", async () => {
      const put = { ...http, method: "PUT", encoding: "JSON" };
      const snapshot = await define({ one: logs({ destination: put }), two: logs({ schemaVersion: "2021-03-18" }) });
      const { logTail } = await world.invoke(snapshot, { do: "print", text: "hello\n" }, { requestId: "id" });
      expect(logTail).toContain("LOGS\tName: one\tState: Subscribed\tTypes: [Platform, Function]\n");
      await world.executor.retire(snapshot.functionArn);
      const without = collector.types("one").filter((type) => type !== "platform.logsSubscription");
      const tail = ["platform.start", "function", "platform.end", "platform.report"];
      expect(without).toEqual(["platform.extension", "platform.extension", ...tail]);
      expect(collector.types("two").filter((type) => type !== "platform.logsSubscription")).toEqual([
        ...["platform.extension", "platform.extension", "platform.start", "function"],
        ...["platform.runtimeDone", "platform.end", "platform.report"],
      ]);
      expect(collector.types("one")).toContain("platform.logsSubscription");
      expect(new Set(collector.batches.filter((b) => b.extension === "one").map(({ method }) => method))).toEqual(
        new Set(["PUT"]),
      );
    });

    test("a trace that is not sampled is in no event", async () => {
      const snapshot = await define({ one: telemetry() });
      const traceId = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=0";
      await world.invoke(snapshot, {}, { traceId });
      await world.executor.retire(snapshot.functionArn);
      const events = collector.events("one");
      expect(events.some(isReport)).toBe(true);
      expect(JSON.stringify(events)).not.toContain("tracing");
    });

    test("TCP, and what other extensions say", async () => {
      const tcp = { protocol: "TCP", port: "PORT" };
      const text = Buffer.from(body({ types: ["extension"], destination: tcp }), "base64url").toString();
      const words = `telemetry=${Buffer.from(text.replace('"PORT"', "PORT")).toString("base64url")}`;
      // What was sent lies in the kernel: it needs a moment to read it.
      const snapshot = await define({ one: `slow-shutdown=800,${words}`, two: "" });
      await world.invoke(snapshot, {}, { requestId: "id" });
      const ended = world.executor.retire(snapshot.functionArn);
      const wanted = ['[one] subscribed telemetry 200 "OK"', "[two] INVOKE id"];
      const events = await collector.until("one", (found) =>
        wanted.every((line) => found.some(({ record }) => record === line)),
      );
      expect(new Set(events.map(({ type }) => type))).toEqual(new Set(["extension"]));
      await ended;
      expect(new Set(collector.batches.map(({ method }) => method))).toEqual(new Set(["TCP"]));
    });

    test("an extension that ends with its listener: the end does not try to reach it", async () => {
      // What waits is not due before the extension ends.
      const patient = telemetry({ buffering: { timeoutMs: 30_000 } });
      const snapshot = await define({ one: `exit-during-invoke=5,${patient}` });
      await world.invoke(snapshot, {});
      const started = performance.now();
      await world.executor.retire(snapshot.functionArn);
      // It would wait for 500 ms.
      expect(performance.now() - started).toBeLessThan(495);
    });

    test("too late: a subscription after INIT is refused", async () => {
      const snapshot = await define({ one: "subscribe-late" });
      const { logTail } = await world.invoke(snapshot, {});
      expect(logTail).toContain(
        '[one] late 403 {"errorMessage":"Telemetry API subscription is closed already","errorType":"Telemetry.SubscriptionClosed"}',
      );
    });

    const failures = [
      {
        what: "a function's own error",
        payload: { do: "error", text: "no" },
        done: { status: "error", errorType: "Runtime.Unknown" },
      },
      { what: "a crash", payload: { do: "exit", size: 3 }, done: { status: "error", errorType: "Runtime.ExitError" } },
      { what: "a time-out", payload: { sleep: 5000 }, done: { status: "timeout" } },
    ];
    test.each(failures)("$what: status of runtimeDone and report; afterwards a new subscription", async (row) => {
      const snapshot = await define({ one: telemetry(), two: logs() }, { timeout: 1 });
      await world.invoke(snapshot, {}, { requestId: "good" });
      const { logTail } = await world.invoke(snapshot, row.payload, { requestId: "bad" });
      const isReset = row.what !== "a function's own error";
      expect(/MB\tStatus: /.test(logTail)).toBe(isReset);
      await world.invoke(snapshot, {}, { requestId: "after" });
      await world.executor.retire(snapshot.functionArn);
      const of = (requestId: string) => collector.events("one").filter(({ record }) => record.requestId === requestId);
      for (const requestId of ["good", "bad", "after"]) {
        expect(of(requestId).map(({ type }) => type)).toEqual([
          "platform.start",
          "platform.runtimeDone",
          "platform.report",
        ]);
      }
      for (const { record } of of("bad").slice(1)) {
        expect({ status: record.status, errorType: record.errorType }).toEqual({ errorType: undefined, ...row.done });
      }
      for (const { record } of of("after").slice(1)) expect(record.status).toBe("success");
      // The suppressed INIT lies in the invocation after the reset.
      const phases = collector.events("one").filter(({ type }) => type.startsWith("platform.init"));
      const init = ["platform.initStart init", "platform.initRuntimeDone init", "platform.initReport init"];
      const again = init.map((text) => text.replace(/init$/, "invoke"));
      expect(phases.map(({ type, record }) => `${type} ${record.phase}`)).toEqual(isReset ? [...init, ...again] : init);
      const subscriptions = collector.types("one").filter((type) => type === "platform.telemetrySubscription");
      expect(subscriptions.length).toBe(isReset ? 2 : 1);
      const faults = collector.events("two").filter(({ type }) => type === "platform.fault");
      expect(faults.length).toBe(isReset ? 1 : 0);
      if (isReset) expect(faults[0]?.record).toMatch(/^(RequestId: )?bad .*/);
    });

    test("INIT that fails: the first listener hears of it, with the extension that was to blame", async () => {
      const snapshot = await define({ one: telemetry(), two: "exit-after-register=7,slow-init=200" }, {}, wakeful);
      await wakeful.invoke(snapshot, {}, { requestId: "id" });
      const failed = { status: "error", errorType: "Extension.Crash" };
      const events = await collector.until("one", (found) => found.some(isReport));
      const reports = events.filter(({ type }) => type === "platform.initReport");
      expect(reports.map(({ record }) => record)).toMatchObject([
        { phase: "init", ...failed },
        { phase: "invoke", ...failed },
      ]);
      const blamed = events.filter(({ type, record }) => type === "platform.extension" && record.name === "two");
      expect(blamed[0]?.record).toMatchObject({ name: "two", errorType: "Extension.Crash" });
      expect(events.at(-1)?.record).toMatchObject(failed);
    });

    test("a listener that hangs holds nothing up, not even the end", async () => {
      const snapshot = await define({ one: `hang,${telemetry()}` });
      const started = performance.now();
      for (let i = 0; i < 5; i++) {
        const result = await world.invoke(snapshot, { do: "print", text: "x\n".repeat(1000) });
        expect(result.functionError).toBeUndefined();
      }
      await world.executor.retire(snapshot.functionArn);
      expect(performance.now() - started).toBeLessThan(5000);
      expect(world.log()).toContain("[one] goodbye");
    });

    test("a slow listener gets everything, while invocations go on", async () => {
      const snapshot = await define({ one: `slow=150,${telemetry({ types: ["function"] })}` }, {}, wakeful);
      for (let i = 0; i < 5; i++) await wakeful.invoke(snapshot, { do: "print", text: `line ${i}\n` });
      const events = await collector.until("one", (found) => found.length >= 5);
      expect(events.map(({ record }) => record)).toEqual([0, 1, 2, 3, 4].map((i) => `line ${i}`));
    });

    test("a listener that comes too late is told how much it has missed", async () => {
      const snapshot = await define({ one: `late=2500,${telemetry({ types: ["function"] })}` }, {}, wakeful);
      await wakeful.invoke(snapshot, { do: "print", text: "lost\n" });
      const events = await collector.until("one", (found) => found.length > 0);
      expect(events[0]).toMatchObject({ type: "platform.logsDropped", record: { droppedRecords: 1 } });
      expect(events[0]?.record.reason).toContain("ECONNREFUSED");
      expect(wakeful.warnings.join("\n")).toContain("The telemetry listener of one loses events");
    });
  });
}
