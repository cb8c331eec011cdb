// The JSON log format: what the platform, runtime clients and plain programs write, at which level, and what telemetry makes of it.
import { execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import type { JsonLogging } from "../../../src/emulator/log-levels.ts";
import { pythonWithClient } from "../../support/tools.ts";
import { type Collector, openCollector } from "./support/collector.ts";
import { levels } from "./support/levels.ts";
import { buildPrograms, type Programs } from "./support/programs.ts";
import { openWorld, type World } from "./support/world.ts";

const nodeRuntime = `nodejs${process.versions.node.split(".")[0]}.x`;
const python = pythonWithClient();

const info: JsonLogging = { applicationLogLevel: "INFO", systemLogLevel: "INFO" };
let programs: Programs;
let collector: Collector;

beforeAll(async () => {
  programs = await buildPrograms();
  collector = await openCollector();
});
afterAll(() => collector.close());
beforeEach(() => void collector.batches.splice(0));

for (const { level, skip, why } of levels) {
  describe.skipIf(skip)(`isolation ${level}${why}`, () => {
    let world: World;
    let functions = 0;
    beforeAll(async () => {
      const { PATH } = process.env;
      world = await openWorld({ isolation: level, env: { PATH, ...(python && { LAMBDA_EXT_PYTHON: python }) } });
    });
    afterAll(() => world.close());

    async function define(jsonLogging: JsonLogging, changes: Partial<FunctionSnapshot> = {}) {
      const code = changes.code ?? (await world.zip([{ path: "bootstrap", content: programs.bootstrap }]));
      return world.define({ functionName: `formatted${functions++}`, ...changes, code, jsonLogging });
    }
    /** Lines of a cold invocation, those that are JSON parsed. */
    async function said(snapshot: FunctionSnapshot, payload: unknown, requestId = "the-id") {
      const { logTail } = await world.invoke(snapshot, payload, { requestId });
      const lines = logTail.split("\n").filter(Boolean);
      return lines.map((line) => (line.startsWith("{") ? JSON.parse(line) : line));
    }
    const types = (lines: readonly (string | { type?: string })[]) =>
      lines.flatMap((line) => (typeof line === "object" && line.type ? [line.type] : []));

    test("the platform's lines are its events, those of the level", async () => {
      const layers = [await world.zip([{ path: "extensions/one", content: programs.extension }])];
      const lines = await said(await define(info, { layers }), {});
      expect(types(lines)).toEqual(["platform.initStart", "platform.extension", "platform.start", "platform.report"]);
      expect(
        lines.filter((line) => typeof line === "string" && /^(START|END|REPORT|EXTENSION|INIT)/.test(line)),
      ).toEqual([]);
      expect(lines.at(-1)).toEqual({
        time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        type: "platform.report",
        record: expect.objectContaining({
          requestId: "the-id",
          status: "success",
          metrics: expect.objectContaining({ initDurationMs: expect.any(Number), memorySizeMB: 512 }),
        }),
      });

      const everything = await define({ ...info, systemLogLevel: "DEBUG" });
      expect(types(await said(everything, {}))).toEqual([
        ...["platform.initStart", "platform.initRuntimeDone", "platform.initReport"],
        ...["platform.start", "platform.runtimeDone", "platform.report"],
      ]);
    });

    test("at WARN only failures are told", async () => {
      const grave = await define({ ...info, systemLogLevel: "WARN" });
      expect(types(await said(grave, {}))).toEqual([]);
      const lines = await said(grave, { do: "exit", size: 3 });
      expect(types(lines)).toEqual(["platform.runtimeDone", "platform.report"]);
      expect(lines.at(-1).record).toMatchObject({ status: "error", errorType: "Runtime.ExitError" });
    });

    test("a program's lines stay as they are; those that are JSON objects are filtered by their level", async () => {
      const text = [
        "plain, as it was",
        '{"level":"debug","msg":"no"}',
        '{"level":"Error","msg":"yes"}',
        '{"level":"loud","msg":"as INFO"}',
        '{"msg":"as INFO too"}',
        '{"level":"error"',
        "[1]",
      ];
      const payload = { do: "print", text: `${text.join("\n")}\n` };
      const own = async (applicationLogLevel: JsonLogging["applicationLogLevel"]) => {
        const { logTail } = await world.invoke(await define({ ...info, applicationLogLevel }), payload);
        return logTail.split("\n").filter((line) => text.includes(line));
      };
      expect(await own("TRACE")).toEqual(text);
      expect(await own("INFO")).toEqual(text.filter((line) => !line.includes("debug")));
      expect(await own("FATAL")).toEqual(["plain, as it was", '{"level":"error"', "[1]"]);
    });

    test("telemetry has objects for lines that are objects, and every event whatever the level", async () => {
      const subscription = {
        ...{ schemaVersion: "2022-12-13", types: ["platform", "function", "extension"], buffering: { timeoutMs: 25 } },
        destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:PORT/" },
      };
      const telemetry = Buffer.from(JSON.stringify(subscription)).toString("base64url");
      const snapshot = await define(
        { applicationLogLevel: "ERROR", systemLogLevel: "WARN" },
        {
          layers: [await world.zip([{ path: "extensions/one", content: programs.extension }])],
          environment: { EXTENSION_ONE: `collect=${collector.port},telemetry=${telemetry}` },
        },
      );
      await world.invoke(snapshot, { do: "print", text: '{"level":"info","n":1}\nplain\n[2]\n{"cut":' });
      await world.executor.retire(snapshot.functionArn);
      const events = collector.events("one");
      expect(events.filter(({ type }) => type === "function").map(({ record }) => record)).toEqual([
        { level: "info", n: 1 },
        ...["plain", "[2]", '{"cut":'],
      ]);
      const told = events.map(({ type }) => type);
      for (const type of ["platform.initStart", "platform.start", "platform.runtimeDone", "platform.report"]) {
        expect(told).toContain(type);
      }
      expect(world.log()).toContain("[one] ");
    });

    test("programs find the format and the level in their variables, and nothing of it in the text format", async () => {
      const payload = { do: "environment" };
      const names = ["AWS_LAMBDA_LOG_FORMAT", "AWS_LAMBDA_LOG_LEVEL"];
      const variables = async (snapshot: FunctionSnapshot) => {
        const all: string[] = JSON.parse((await world.invoke(snapshot, payload)).payload.toString());
        return names.map((name) => all.find((one) => one.startsWith(`${name}=`))?.slice(name.length + 1));
      };
      expect(await variables(await define({ ...info, applicationLogLevel: "WARN" }))).toEqual(["JSON", "WARN"]);
      const code = await world.zip([{ path: "bootstrap", content: programs.bootstrap }]);
      expect(await variables(world.define({ functionName: "text", code }))).toEqual([undefined, undefined]);
    });

    describe(nodeRuntime, () => {
      const source = `console.info("at INIT");
        exports.handler = async (event) => {
          console.trace("t"); console.debug("d"); console.log("text"); console.info({ a: 1 });
          console.warn("%s and %d", "one", 2, new TypeError("beside")); console.error(new RangeError("alone"));
          console.fatal("f");
          const circle = {}; circle.self = circle; console.log(circle);
          if (event.fail) throw Object.assign(new Error("bad"), { code: 7 });
        };`;
      const javascript = async (jsonLogging: JsonLogging) =>
        define(jsonLogging, {
          runtime: nodeRuntime,
          code: await world.zip([{ path: "index.js", content: source, mode: 0o644 }]),
        });

      test("what goes through the console is JSON, of the level and above", async () => {
        const lines = await said(await javascript({ ...info, systemLogLevel: "WARN" }), {});
        const timestamp = expect.stringMatching(/^\d{4}-.*\.\d{3}Z$/);
        const line = (levelName: string, message: unknown) => ({
          ...{ timestamp, level: levelName, requestId: "the-id", message },
        });
        const error = (errorType: string, errorMessage: string) => ({
          ...{ errorType, errorMessage },
          stackTrace: expect.arrayContaining([`${errorType}: ${errorMessage}`]),
        });
        expect(lines).toEqual([
          { timestamp, level: "INFO", message: "at INIT" },
          line("INFO", "text"),
          line("INFO", { a: 1 }),
          {
            ...line("WARN", expect.stringMatching(/^one and 2 TypeError: beside\n/)),
            ...error("TypeError", "beside"),
          },
          line("ERROR", error("RangeError", "alone")),
          line("FATAL", "f"),
          line("INFO", expect.stringContaining("[Circular *1]")),
        ]);
        const grave = await said(await javascript({ applicationLogLevel: "ERROR", systemLogLevel: "WARN" }), {});
        expect(grave.map((one) => one.level)).toEqual(["ERROR", "FATAL"]);
        const all = await said(await javascript({ applicationLogLevel: "TRACE", systemLogLevel: "WARN" }), {});
        expect(all.slice(0, 3).map((one) => one.level)).toEqual(["INFO", "TRACE", "DEBUG"]);
      });

      test("the handler's error is an object with its type, message and stack", async () => {
        const lines = await said(await javascript(info), { fail: true });
        expect(lines.find((line) => line.message?.errorMessage === "bad")).toMatchObject({
          ...{ level: "ERROR", requestId: "the-id" },
          message: { errorType: "Error", code: 7, stackTrace: expect.arrayContaining(["Error: bad"]) },
        });
        expect(lines.at(-1)).toMatchObject({ type: "platform.report", record: { status: "error" } });
      });
    });

    test.skipIf(!python)("Python's logging is JSON, of the level and above (needs awslambdaric)", async () => {
      const source = [
        "import logging",
        "def handler(event, context):",
        "    logger = logging.getLogger()",
        "    logger.debug('d'); logger.info('i'); logger.warning('two\\nlines', extra={'key': 1})",
        "    print('printed')",
        "    raise ValueError('bad')",
      ].join("\n");
      const version = execFileSync(python ?? "", ["-c", "import sys; print('%d.%d' % sys.version_info[:2])"]);
      const code = await world.zip([{ path: "app.py", content: source, mode: 0o644 }]);
      const snapshot = await define(
        { applicationLogLevel: "WARN", systemLogLevel: "WARN" },
        { runtime: `python${version.toString().trim()}`, handler: "app.handler", code },
      );
      const lines = await said(snapshot, {});
      expect(lines.slice(0, 3)).toMatchObject([
        { level: "WARNING", message: "two\nlines", key: 1, requestId: "the-id", logger: "root" },
        "printed",
        { level: "ERROR", errorType: "ValueError", errorMessage: "bad", requestId: "the-id" },
      ]);
    });
  });
}
