// Reading logs: every event once, and whose it is.
import { afterEach, describe, expect, it } from "vitest";
import { followLogs, logGroupOf, readLogs } from "../../src/functions/logs/read.ts";
import { readableMessage } from "../../src/functions/logs/readable.ts";
import { parseSince } from "../../src/functions/logs/since.ts";
import { createSourceReader } from "../../src/functions/logs/source.ts";
import {
  type Answer,
  type FaultServer,
  fastPace,
  refuse,
  type SeenRequest,
  startFaultServer,
} from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const query = { region: "eu-west-1", group: "/aws/lambda/demo", since: 1000 };
const event = (id: number, timestamp: number) => ({
  eventId: `${id}`,
  logStreamName: "s",
  timestamp,
  message: `m${id}\n`,
});
const page = (events: object[], nextToken?: string): Answer => ({ status: 200, body: { events, nextToken } });
const read = ({ body }: SeenRequest) => JSON.parse(body.toString());

describe("readLogs", () => {
  it("goes through all pages, empty ones too", async () => {
    server = await startFaultServer((request) => {
      const { nextToken } = read(request);
      if (nextToken === undefined) return page([event(1, 2000)], "a");
      return nextToken === "a" ? page([], "b") : page([event(2, 3000)]);
    });
    const events = await readLogs(server.connect(), query);
    expect(events?.map(({ message }) => message)).toEqual(["m1\n", "m2\n"]);
    expect(server.seen.map(read)[0]).toEqual({ logGroupName: "/aws/lambda/demo", startTime: 1000 });
  });

  it("knows a log group that isn't there", async () => {
    server = await startFaultServer(() =>
      refuse(400, "ResourceNotFoundException", "The specified log group does not exist."),
    );
    expect(await readLogs(server.connect(), query)).toBeUndefined();
  });
});

describe("followLogs", () => {
  it("gives each event once, late ones too, and waits for the log group", async () => {
    const looks: Answer[] = [
      refuse(400, "ResourceNotFoundException", "The specified log group does not exist."),
      page([event(1, 100_000), event(2, 100_000)]),
      page([event(1, 100_000), event(3, 99_000), event(2, 100_000), event(4, 140_000)]),
      page([event(4, 140_000), event(5, 141_000)]),
    ];
    let look = 0;
    server = await startFaultServer(() => looks[look++] ?? page([]));
    const seen: string[] = [];
    for await (const { id } of followLogs(server.connect({ pace: fastPace() }), query)) {
      seen.push(id);
      if (seen.length === 5) break;
    }
    expect(seen).toEqual(["1", "2", "3", "4", "5"]);
    expect(server.seen.map((request) => read(request).startTime)).toEqual([1000, 1000, 70_000, 110_000]);
  });

  it("ends on Ctrl-C", async () => {
    const controller = new AbortController();
    server = await startFaultServer(() => page([]));
    const following = (async () => {
      for await (const _ of followLogs(server.connect({ signal: controller.signal }), query))
        throw new Error("an event");
    })();
    setTimeout(() => controller.abort(), 20);
    await expect(following).rejects.toThrow();
  });
});

describe("logGroupOf", () => {
  it("takes the function's own", async () => {
    server = await startFaultServer(() => ({
      status: 200,
      body: { Configuration: { FunctionName: "demo", FunctionArn: "arn", LoggingConfig: { LogGroup: "/shared" } } },
    }));
    expect(await logGroupOf(server.connect(), { region: "eu-west-1", name: "demo" })).toEqual({
      group: "/shared",
      exists: true,
    });
  });

  it("takes the usual one for a function that is gone", async () => {
    server = await startFaultServer(() => refuse(404, "ResourceNotFoundException", "Function not found"));
    const name = "arn:aws:lambda:eu-west-1:123456789012:function:demo:live";
    expect(await logGroupOf(server.connect(), { region: "eu-west-1", name })).toEqual({
      group: "/aws/lambda/demo",
      exists: false,
    });
  });
});

describe("createSourceReader", () => {
  it("tells platform, extension and function apart", () => {
    const sourceOf = createSourceReader(["known"]);
    expect(sourceOf("[other] hello")).toEqual({ source: "function" });
    expect(sourceOf("EXTENSION\tName: other\tState: Ready\tEvents: [INVOKE]")).toEqual({ source: "platform" });
    expect(sourceOf("[other] hello")).toEqual({ source: "extension", extension: "other" });
    expect(sourceOf("2026/11/21 04:30:00 [known] hello")).toEqual({ source: "extension", extension: "known" });
    expect(sourceOf("START RequestId: 1 Version: $LATEST")).toEqual({ source: "platform" });
    expect(sourceOf("REPORT RequestId: 1\tDuration: 1 ms")).toEqual({ source: "platform" });
    expect(sourceOf('{"time":"2026-11-21T00:00:00Z","type":"platform.report","record":{}}')).toEqual({
      source: "platform",
    });
    expect(sourceOf("STARTED")).toEqual({ source: "function" });
  });

  it("knows an extension from the JSON format's record too", () => {
    const sourceOf = createSourceReader([]);
    const record = { name: "quiet one", state: "Ready", events: [] };
    sourceOf(JSON.stringify({ time: "2026-11-21T00:00:00Z", type: "platform.extension", record }));
    expect(sourceOf("[quiet one] hello")).toEqual({ source: "extension", extension: "quiet one" });
  });
});

describe("readableMessage", () => {
  const time = "2026-11-21T00:00:00.000Z";
  it.each([
    [
      {
        ...{ time, type: "platform.report" },
        record: {
          ...{ requestId: "1", status: "success", tracing: { value: "x" }, spans: [{ name: "responseLatency" }] },
          metrics: { durationMs: 2.46, billedDurationMs: 3 },
        },
      },
      "report requestId=1 status=success durationMs=2.46 billedDurationMs=3",
    ],
    [
      { time, type: "platform.extension", record: { name: "x", state: "Ready", events: ["INVOKE", "SHUTDOWN"] } },
      "extension name=x state=Ready events=INVOKE,SHUTDOWN",
    ],
    [{ timestamp: time, level: "INFO", requestId: "1", message: "hello" }, "INFO hello"],
    [{ timestamp: time, level: "INFO", message: { a: 1 }, logger: "root" }, 'INFO {"a":1} {"logger":"root"}'],
    [
      { level: "ERROR", message: { errorType: "Error", errorMessage: "bad", stackTrace: ["Error: bad", " at x"] } },
      "ERROR Error: bad\n    at x",
    ],
    [
      { level: "WARN", message: "it is", errorType: "Error", errorMessage: "bad", stackTrace: [], key: 1 },
      'WARN it is {"key":1}\nError: bad',
    ],
    // A program's own, whatever it is: nothing of it can end the command.
    [
      { time, type: "platform.own", record: { a: { toString: 1 }, b: [null, { c: 2 }] } },
      'own a={"toString":1} b=null,{"c":2}',
    ],
    [{ level: "INFO", msg: "another logger's" }, `{"level":"INFO","msg":"another logger's"}`],
  ])("%j", (object, words) => {
    expect(readableMessage(JSON.stringify(object))).toBe(words);
  });

  it.each(["START RequestId: 1", "{cut", '[{"level":"INFO","message":"m"}]', ""])("leaves %j", (message) => {
    expect(readableMessage(message)).toBe(message);
  });
});

describe("parseSince", () => {
  const now = Date.parse("2026-11-21T12:00:00Z");
  it.each([
    ["90s", "2026-11-21T11:58:30.000Z"],
    ["10m", "2026-11-21T11:50:00.000Z"],
    ["1.5h", "2026-11-21T10:30:00.000Z"],
    ["2d", "2026-11-19T12:00:00.000Z"],
    ["2026-11-20", "2026-11-20T00:00:00.000Z"],
    ["2026-11-20T08:00:00+01:00", "2026-11-20T07:00:00.000Z"],
  ])("reads %s", (text, moment) => {
    expect(new Date(parseSince(text, now)).toISOString()).toBe(moment);
  });

  it.each(["", "ten", "10", "10y", "2026-13-40"])("refuses %j", (text) => {
    expect(() => parseSince(text, now)).toThrow(/is no moment/);
  });
});
