// One log stream in one file: its facts on the first line, an event on each that follows.
import { closeSync, fstatSync, ftruncateSync, openSync, readFileSync, rmSync, truncateSync, writeSync } from "node:fs";
import { readFile } from "node:fs/promises";

/** One event as it is kept. */
export interface LogEvent {
  /** Epoch milliseconds, as the writer said. */
  readonly timestamp: number;
  /** Epoch milliseconds at which it was appended. */
  readonly ingestionTime: number;
  readonly message: string;
}

/** What DescribeLogStreams tells about a stream. */
export interface StreamSummary {
  readonly firstEventTimestamp: number | undefined;
  readonly lastEventTimestamp: number | undefined;
  readonly lastIngestionTime: number | undefined;
  readonly events: number;
}

interface StreamFacts {
  readonly name: string;
  readonly creationTime: number;
}

type KeptEvent = readonly [timestamp: number, ingestionTime: number, message: string];

/** An append-only list of events. */
export class LogStream {
  readonly name: string;
  readonly creationTime: number;
  private readonly file: string;
  private descriptor: number | undefined;
  /** Known for a new stream, and for an old one once it was read. */
  private known: StreamSummary | undefined;

  private constructor(file: string, facts: StreamFacts) {
    this.file = file;
    this.name = facts.name;
    this.creationTime = facts.creationTime;
  }

  /** Makes a new stream's file. */
  static create(file: string, facts: StreamFacts): LogStream {
    const stream = new LogStream(file, facts);
    stream.known = {
      firstEventTimestamp: undefined,
      lastEventTimestamp: undefined,
      lastIngestionTime: undefined,
      events: 0,
    };
    stream.write(`${JSON.stringify(facts)}\n`);
    return stream;
  }

  /** Takes up a file of an earlier process and cuts off a line that was not finished; undefined where not even the first is whole. */
  static load(file: string): LogStream | undefined {
    const content = readFileSync(file);
    const end = content.lastIndexOf(0x0a) + 1;
    if (end === 0) {
      rmSync(file, { force: true });
      return undefined;
    }
    const facts = factsOf(content.subarray(0, content.indexOf(0x0a)).toString("utf8"));
    // Whatever spoilt it: one stream that can't be read is no reason to serve nothing at all.
    if (!facts) return undefined;
    if (end < content.length) truncateSync(file, end);
    return new LogStream(file, facts);
  }

  /** Appends events in one write: it is with the kernel when this returns, and outlives this process however it ends. */
  append(events: readonly LogEvent[]): void {
    if (events.length === 0) return;
    const lines = events.map(({ timestamp, ingestionTime, message }) => {
      const kept: KeptEvent = [timestamp, ingestionTime, message];
      return `${JSON.stringify(kept)}\n`;
    });
    this.write(lines.join(""));
    if (this.known) this.known = summarise(events, this.known);
  }

  /** All events, in the order of their time; those of one millisecond in the order of arrival. */
  async read(): Promise<LogEvent[]> {
    return parse(await readFile(this.file, "utf8"));
  }

  summary(): StreamSummary {
    // Synchronous, once: nothing is appended between the reading and the remembering.
    this.known ??= summarise(parse(readFileSync(this.file, "utf8")));
    return this.known;
  }

  close(): void {
    if (this.descriptor !== undefined) closeSync(this.descriptor);
    this.descriptor = undefined;
  }

  remove(): void {
    this.close();
    rmSync(this.file, { force: true });
  }

  private write(text: string): void {
    this.descriptor ??= openSync(this.file, "a", 0o600);
    appendWhole(this.descriptor, Buffer.from(text));
  }
}

/** A full disk takes a part of what it is given: that part is cut off again, or it would spoil the line that comes after it. */
function appendWhole(descriptor: number, bytes: Buffer): void {
  const before = fstatSync(descriptor).size;
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(descriptor, bytes, done);
  } catch (error) {
    ftruncateSync(descriptor, before);
    throw error;
  }
}

function factsOf(line: string): StreamFacts | undefined {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function parse(content: string): LogEvent[] {
  const events: LogEvent[] = [];
  for (const line of content.split("\n").slice(1, -1)) {
    try {
      const [timestamp, ingestionTime, message] = JSON.parse(line) as KeptEvent;
      events.push({ timestamp, ingestionTime, message });
    } catch {
      // A line that a full disk cut short: the others are whole.
    }
  }
  return events.sort((a, b) => a.timestamp - b.timestamp);
}

const nothing: StreamSummary = {
  firstEventTimestamp: undefined,
  lastEventTimestamp: undefined,
  lastIngestionTime: undefined,
  events: 0,
};

function summarise(events: readonly LogEvent[], before: StreamSummary = nothing): StreamSummary {
  let { firstEventTimestamp, lastEventTimestamp, lastIngestionTime } = before;
  for (const { timestamp, ingestionTime } of events) {
    firstEventTimestamp = Math.min(firstEventTimestamp ?? timestamp, timestamp);
    lastEventTimestamp = Math.max(lastEventTimestamp ?? timestamp, timestamp);
    lastIngestionTime = ingestionTime;
  }
  return { firstEventTimestamp, lastEventTimestamp, lastIngestionTime, events: before.events + events.length };
}
