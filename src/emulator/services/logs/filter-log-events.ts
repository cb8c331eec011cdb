// FilterLogEvents: all streams of a group as one, in the order of time, a page at a time.
import type { LogEvent, LogStream } from "../../store/log-stream.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { JsonOperation } from "../json-service.ts";
import { readFilterPattern } from "./filter-pattern.ts";
import { groupResource, oldestKept, requireGroup } from "./groups.ts";
import { invalidToken, validationCode } from "./paging.ts";

const mostEvents = 10_000;
/** A page is also full at one megabyte. */
const mostBytes = 1_048_576;

interface Found {
  readonly stream: string;
  /** Its place in the stream: with time and stream it orders events that came in the same millisecond. */
  readonly index: number;
  readonly event: LogEvent;
}

export const filterLogEvents: JsonOperation = {
  resources: groupResource,
  async handle(account, input, call) {
    const group = requireGroup(account, input, call);
    const limit = input.integer("limit") ?? mostEvents;
    new Constraints().range(limit, "limit", [1, mostEvents]).done(validationCode);
    const start = Math.max(input.integer("startTime") ?? 0, oldestKept(group, account.now()));
    const end = input.integer("endTime") ?? Number.POSITIVE_INFINITY;
    const matches = readFilterPattern(input.text("filterPattern") ?? "");
    const after = readToken(input.text("nextToken"));
    const streams = chooseStreams(input, account.store.logs.streams(group));
    const found: Found[] = [];
    for (const stream of streams.filter((one) => (one.summary().lastEventTimestamp ?? 0) >= start)) {
      const events = await stream.read();
      for (const [index, event] of events.entries()) {
        if (event.timestamp < start || event.timestamp > end || !matches(event.message)) continue;
        const one = { stream: stream.name, index, event };
        if (!after || compare(one, after) > 0) found.push(one);
      }
    }
    found.sort(compare);
    const page = cut(found, limit);
    const last = page.at(-1);
    return {
      events: page.map((one) => ({
        logStreamName: one.stream,
        timestamp: one.event.timestamp,
        message: one.event.message,
        ingestionTime: one.event.ingestionTime,
        eventId: eventId(one),
      })),
      searchedLogStreams: [],
      ...(last && page.length < found.length && { nextToken: writeToken(last) }),
    };
  },
};

function chooseStreams(input: Input, streams: readonly LogStream[]): readonly LogStream[] {
  const [names, prefix] = [input.texts("logStreamNames"), input.text("logStreamNamePrefix")];
  if (names && prefix !== undefined) {
    const text = "logStreamNamePrefix and logStreamNames are mutually exclusive parameters.";
    throw new AwsError("InvalidParameterException", text);
  }
  const missing = names?.some((name) => !streams.some((stream) => stream.name === name));
  if (missing) throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
  return streams.filter(({ name }) => (names ? names.includes(name) : name.startsWith(prefix ?? "")));
}

function cut(found: readonly Found[], limit: number): Found[] {
  const page: Found[] = [];
  let bytes = 0;
  for (const one of found) {
    bytes += Buffer.byteLength(one.event.message);
    if (page.length === limit || (bytes > mostBytes && page.length > 0)) break;
    page.push(one);
  }
  return page;
}

function compare(a: Found, b: Found): number {
  if (a.event.timestamp !== b.event.timestamp) return a.event.timestamp - b.event.timestamp;
  return a.stream === b.stream ? a.index - b.index : a.stream < b.stream ? -1 : 1;
}

/** Unique in its group and the same each time. */
function eventId({ stream, index, event }: Found): string {
  let sum = 0;
  for (const character of stream) sum = (sum * 31 + character.charCodeAt(0)) % 1_000_000_007;
  return `${event.timestamp}${String(sum).padStart(10, "0")}${String(index).padStart(33, "0")}`;
}

function writeToken({ stream, index, event }: Found): string {
  return Buffer.from(JSON.stringify([event.timestamp, stream, index])).toString("base64url");
}

function readToken(token: string | undefined): Found | undefined {
  if (token === undefined) return undefined;
  try {
    const [timestamp, stream, index] = JSON.parse(Buffer.from(token, "base64url").toString("utf8"));
    if (typeof timestamp === "number" && typeof stream === "string" && typeof index === "number") {
      return { stream, index, event: { timestamp, ingestionTime: 0, message: "" } };
    }
  } catch {
    // Falls through to the refusal.
  }
  throw invalidToken();
}
