// CloudWatch Logs, through AWS's own client.

import { appendFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  DeleteLogGroupCommand,
  DeleteRetentionPolicyCommand,
  DescribeLogGroupsCommand,
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  type FilterLogEventsCommandInput,
  GetLogEventsCommand,
  PutLogEventsCommand,
  PutRetentionPolicyCommand,
  paginateGetLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, startTestEndpoint, type TestEndpoint } from "./support.ts";

let endpoint: TestEndpoint;
let logs: CloudWatchLogsClient;
const base = Date.now() - 60_000;
const logGroupName = "/aws/lambda/f";
const region = "us-east-1";

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  await endpoint.emulator.executor();
  logs = new CloudWatchLogsClient(clientOptions(endpoint.emulator));
  append("2026/11/21/[$LATEST]a", ["START one\n", "ERROR in one\n", "END one\n"], 0);
  append("2026/11/21/[$LATEST]b", ["START two\n", 'ERROR in two "quoted"\n', "END two\n"], 1);
});
afterAll(() => endpoint.close());

/** A line every ten milliseconds. */
function append(stream: string, messages: readonly string[], offset: number, group = logGroupName) {
  const lines = messages.map((message, index) => ({ timestamp: base + index * 10 + offset, message }));
  endpoint.execution.host?.appendLogs(region, group, stream, lines);
}
const filter = async (more: Partial<FilterLogEventsCommandInput> = {}) => {
  const found = await logs.send(new FilterLogEventsCommand({ logGroupName, ...more }));
  return { ...found, messages: found.events?.map(({ message }) => message?.trim()) };
};

describe("filtering", () => {
  it("gives the events of all streams in the order of time", async () => {
    const all = await filter();
    expect(all.messages).toEqual([
      "START one",
      "START two",
      "ERROR in one",
      'ERROR in two "quoted"',
      "END one",
      "END two",
    ]);
    expect(all.nextToken).toBeUndefined();
    expect(all.events?.[0]).toMatchObject({
      timestamp: base,
      logStreamName: "2026/11/21/[$LATEST]a",
      ingestionTime: expect.any(Number),
    });
    expect(new Set(all.events?.map(({ eventId }) => eventId)).size).toBe(6);
  });

  it("gives pages that miss nothing, also when something is added in between", async () => {
    const seen: (string | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page = await filter({ limit: 2, nextToken, endTime: base + 21 });
      seen.push(...(page.messages ?? []));
      nextToken = page.nextToken;
      if (seen.length === 2) append("2026/11/21/[$LATEST]c", ["between"], 15);
    } while (nextToken);
    expect(seen).toEqual([
      "START one",
      "START two",
      "ERROR in one",
      'ERROR in two "quoted"',
      "between",
      "END one",
      "END two",
    ]);
  });

  it.each([
    ["ERROR", ["ERROR in one", 'ERROR in two "quoted"']],
    ["ERROR two", ['ERROR in two "quoted"']],
    ['"in one"', ["ERROR in one"]],
    ['"\\"quoted\\""', ['ERROR in two "quoted"']],
    ["ERROR -two", ["ERROR in one"]],
    ["?START ?END -two", ["START one", "END one"]],
    ["error", []],
  ])("knows the terms of %s", async (filterPattern, wanted) => {
    const found = await filter({ filterPattern, logStreamNamePrefix: "2026" });
    expect(found.messages?.filter((message) => message !== "between")).toEqual(wanted);
  });

  it("chooses by time and by stream", async () => {
    expect((await filter({ startTime: base + 20 })).messages).toEqual(["END one", "END two"]);
    expect((await filter({ endTime: base })).messages).toEqual(["START one"]);
    expect((await filter({ logStreamNames: ["2026/11/21/[$LATEST]b"] })).messages).toHaveLength(3);
    expect((await filter({ logStreamNamePrefix: "2025" })).messages).toEqual([]);
  });

  it.each<[string, Partial<FilterLogEventsCommandInput>, string, RegExp]>([
    [
      "a group that is not there",
      { logGroupName: "/none" },
      "ResourceNotFoundException",
      /^The specified log group does not exist\.$/,
    ],
    [
      "a stream that is not there",
      { logStreamNames: ["none"] },
      "ResourceNotFoundException",
      /^The specified log stream does not exist\.$/,
    ],
    [
      "names and a prefix",
      { logStreamNames: ["a"], logStreamNamePrefix: "a" },
      "InvalidParameterException",
      /mutually exclusive/,
    ],
    [
      "too many",
      { limit: 10_001 },
      "InvalidParameterException",
      /^1 validation error detected: Value '10001' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 10000$/,
    ],
    [
      "a token of nobody's",
      { nextToken: "nonsense" },
      "InvalidParameterException",
      /^The specified nextToken is invalid\.$/,
    ],
    [
      "a pattern that looks into JSON",
      { filterPattern: "{ $.a = 1 }" },
      "InvalidParameterException",
      /patterns of terms alone/,
    ],
    ["a name that is none", { logGroupName: "a b" }, "InvalidParameterException", /at 'logGroupName'/],
  ])("refuses %s", async (_, more, name, message) => {
    await expect(filter(more)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

describe("one stream", () => {
  it("is read from its beginning or its end, and its paginator stops", async () => {
    const logStreamName = "long";
    append(
      logStreamName,
      Array.from({ length: 25 }, (_, index) => `line ${index}`),
      0,
      "/g",
    );
    const get = (more: object) => logs.send(new GetLogEventsCommand({ logGroupName: "/g", logStreamName, ...more }));
    const end = await get({ limit: 2 });
    expect(end.events?.map(({ message }) => message)).toEqual(["line 23", "line 24"]);
    const before = await get({ limit: 2, nextToken: end.nextBackwardToken });
    expect(before.events?.map(({ message }) => message)).toEqual(["line 21", "line 22"]);
    const seen: (string | undefined)[] = [];
    const pages = paginateGetLogEvents(
      { client: logs, stopOnSameToken: true },
      { logGroupName: "/g", logStreamName, limit: 10, startFromHead: true },
    );
    for await (const page of pages) seen.push(...(page.events ?? []).map(({ message }) => message));
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `line ${index}`));
    const some = await get({ startTime: base + 30, endTime: base + 50, startFromHead: true });
    expect(some.events?.map(({ message }) => message)).toEqual(["line 3", "line 4"]);
    await expect(get({ nextToken: "x" })).rejects.toMatchObject({ name: "InvalidParameterException" });
    await expect(get({ logStreamName: "none" })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("is described with its first and last events", async () => {
    const describe = (more: object) => logs.send(new DescribeLogStreamsCommand({ logGroupName, ...more }));
    const { logStreams } = await describe({});
    expect(logStreams?.[0]).toMatchObject({
      logStreamName: "2026/11/21/[$LATEST]a",
      firstEventTimestamp: base,
      lastEventTimestamp: base + 20,
      arn: `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}:log-stream:2026/11/21/[$LATEST]a`,
    });
    const newest = await describe({ orderBy: "LastEventTime", descending: true, limit: 1 });
    expect(newest.logStreams?.[0]?.logStreamName).toBe("2026/11/21/[$LATEST]b");
    const next = await describe({ orderBy: "LastEventTime", descending: true, limit: 1, nextToken: newest.nextToken });
    expect(next.logStreams?.[0]?.logStreamName).toBe("2026/11/21/[$LATEST]a");
    await expect(describe({ orderBy: "LastEventTime", logStreamNamePrefix: "a" })).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
  });
});

describe("groups", () => {
  it("are made, described, given a retention and deleted", async () => {
    const name = { logGroupName: "/made/one" };
    await logs.send(new CreateLogGroupCommand(name));
    await expect(logs.send(new CreateLogGroupCommand(name))).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
      message: "The specified log group already exists",
    });
    await logs.send(new PutRetentionPolicyCommand({ ...name, retentionInDays: 7 }));
    const found = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/made" }));
    expect(found.logGroups).toMatchObject([
      {
        logGroupName: "/made/one",
        retentionInDays: 7,
        arn: "arn:aws:logs:us-east-1:123456789012:log-group:/made/one:*",
        logGroupClass: "STANDARD",
      },
    ]);
    await logs.send(new DeleteRetentionPolicyCommand(name));
    const pattern = await logs.send(new DescribeLogGroupsCommand({ logGroupNamePattern: "MADE" }));
    expect(pattern.logGroups?.[0]?.retentionInDays).toBeUndefined();
    await expect(logs.send(new PutRetentionPolicyCommand({ ...name, retentionInDays: 2 }))).rejects.toMatchObject({
      name: "InvalidParameterException",
    });
    await logs.send(new DeleteLogGroupCommand(name));
    await expect(logs.send(new DeleteLogGroupCommand(name))).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    expect((await logs.send(new DescribeLogGroupsCommand({ logGroupNamePrefix: "/made" }))).logGroups).toEqual([]);
  });

  it("take what is put, in order and not too old", async () => {
    const stream = { logGroupName: "/put", logStreamName: "s" };
    await logs.send(new CreateLogGroupCommand({ logGroupName: "/put" }));
    await logs.send(new CreateLogStreamCommand(stream));
    await expect(logs.send(new CreateLogStreamCommand(stream))).rejects.toMatchObject({
      name: "ResourceAlreadyExistsException",
    });
    const put = (...times: number[]) =>
      logs.send(
        new PutLogEventsCommand({
          ...stream,
          logEvents: times.map((timestamp) => ({ timestamp, message: `at ${timestamp - base}` })),
        }),
      );
    const day = 86_400_000;
    const answer = await put(base - 15 * day, base, base + day);
    expect(answer.rejectedLogEventsInfo).toEqual({ tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 2 });
    const got = await logs.send(new GetLogEventsCommand(stream));
    expect(got.events?.map(({ message }) => message)).toEqual(["at 0"]);
    await expect(put(base + 1, base)).rejects.toMatchObject({
      message: "Log events in a single PutLogEvents request must be in chronological order.",
    });
    await expect(
      logs.send(new PutLogEventsCommand({ ...stream, logStreamName: "none", logEvents: [] })),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
  });
});

describe("what is logged", () => {
  it("is there after a restart, without a last line that was not finished", async () => {
    const first = await startTestEndpoint();
    await first.emulator.executor();
    first.execution.host?.appendLogs(region, "/g", "s", [{ timestamp: base, message: "whole" }]);
    await first.emulator.close();
    const folder = join(first.directory, "store", "logs");
    const [group = ""] = readdirSync(folder);
    const file = readdirSync(join(folder, group)).find((name) => name.endsWith(".jsonl")) ?? "";
    appendFileSync(join(folder, group, file), `[${base},${base},"tor`);

    const second = await startTestEndpoint({ directory: first.directory });
    await second.emulator.executor();
    const client = new CloudWatchLogsClient(clientOptions(second.emulator));
    const messages = async () =>
      (await client.send(new FilterLogEventsCommand({ logGroupName: "/g" }))).events?.map(({ message }) => message);
    expect(await messages()).toEqual(["whole"]);
    second.execution.host?.appendLogs(region, "/g", "s", [{ timestamp: base + 1, message: "next" }]);
    expect(await messages()).toEqual(["whole", "next"]);
    await second.close();
  });

  it("is forgotten after the group's retention", async () => {
    let now = Date.now();
    const other = await startTestEndpoint({ now: () => now });
    await other.emulator.executor();
    const client = () =>
      new CloudWatchLogsClient({ ...clientOptions(other.emulator), systemClockOffset: now - Date.now() });
    other.execution.host?.appendLogs(region, "/g", "old", [{ timestamp: now, message: "old" }]);
    now += 2 * 86_400_000;
    const lines = [now - 1.5 * 86_400_000, now].map((timestamp) => ({
      timestamp,
      message: timestamp === now ? "new" : "older",
    }));
    other.execution.host?.appendLogs(region, "/g", "new", lines);
    await client().send(new PutRetentionPolicyCommand({ logGroupName: "/g", retentionInDays: 1 }));
    const { logStreams } = await client().send(new DescribeLogStreamsCommand({ logGroupName: "/g" }));
    expect(logStreams?.map(({ logStreamName }) => logStreamName)).toEqual(["new"]);
    const { events } = await client().send(new FilterLogEventsCommand({ logGroupName: "/g" }));
    expect(events?.map(({ message }) => message)).toEqual(["new"]);
    await other.close();
  });

  it("that cannot be written is warned of once, not with each batch", async () => {
    const warnings: string[] = [];
    const other = await startTestEndpoint({ warn: (message) => warnings.push(message) });
    await other.emulator.executor();
    const folder = join(other.directory, "store", "logs");
    rmSync(folder, { recursive: true });
    writeFileSync(folder, "");
    for (let batch = 0; batch < 3; batch++) {
      other.execution.host?.appendLogs(region, "/full", "s", [{ timestamp: base, message: "lost" }]);
    }
    expect(warnings).toEqual([expect.stringContaining("The log /full could not be written: ")]);
    await other.close();
  });

  it("to many streams needs few open files", async () => {
    for (let index = 0; index < 100; index++) append(`s${index}`, ["line"], 0, "/many");
    const open = readdirSync("/proc/self/fd").length;
    for (let index = 100; index < 200; index++) append(`s${index}`, ["line"], 0, "/many");
    expect(readdirSync("/proc/self/fd").length - open).toBeLessThan(20);
    append("s0", ["again"], 1, "/many");
    const { events } = await logs.send(new GetLogEventsCommand({ logGroupName: "/many", logStreamName: "s0" }));
    expect(events?.map(({ message }) => message)).toEqual(["line", "again"]);
  });
});
