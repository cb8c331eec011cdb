// An environment's log stream: collects lines, hands them on in batches, remembers the last 4 KB.
import { randomUUID } from "node:crypto";
import type { ExecutionHost, FunctionSnapshot, LogLine } from "../execution.ts";

/** What X-Amz-Log-Result holds at most. */
const tailBytes = 4096;
/** How long a line may wait for company, milliseconds: `logs --follow` should not notice. */
const flushMilliseconds = 20;

/** The stream of one environment. */
export class LogStream {
  /** `YYYY/MM/DD/[version]<32 hex digits>`, the day in UTC. */
  readonly name: string;
  private readonly host: ExecutionHost;
  private readonly snapshot: FunctionSnapshot;
  private lines: LogLine[] = [];
  private timer: NodeJS.Timeout | undefined;
  private recent: string[] = [];
  private recentLength = 0;

  constructor(host: ExecutionHost, snapshot: FunctionSnapshot) {
    this.host = host;
    this.snapshot = snapshot;
    const day = new Date().toISOString().slice(0, 10).replaceAll("-", "/");
    this.name = `${day}/[${snapshot.version}]${randomUUID().replaceAll("-", "")}`;
  }

  /** A line of a process, with its newline where it had one. */
  write(message: string): void {
    this.lines.push({ timestamp: Date.now(), message });
    this.remember(message);
    this.timer ??= setTimeout(() => this.flush(), flushMilliseconds);
  }

  /** A line of the platform's. */
  writePlatform(line: string): void {
    this.write(`${line}\n`);
  }

  /** Forgets what was written: the tail is that of one invocation. */
  startTail(): void {
    this.recent = [];
    this.recentLength = 0;
  }

  /** The last 4 KB since `startTail`, cut between characters. */
  tail(): string {
    const bytes = Buffer.from(this.recent.join(""));
    let start = Math.max(0, bytes.length - tailBytes);
    while (start < bytes.length && ((bytes[start] ?? 0) & 0xc0) === 0x80) start++;
    return bytes.toString("utf8", start);
  }

  /** Hands on what has come together. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.lines.length === 0) return;
    const { lines } = this;
    this.lines = [];
    this.host.appendLogs(this.snapshot.region, this.snapshot.logGroup, this.name, lines);
  }

  /** A character is at least a byte: what lies further back than so many characters can't be in the tail. */
  private remember(message: string): void {
    this.recent.push(message);
    this.recentLength += message.length;
    while (this.recentLength - (this.recent[0]?.length ?? 0) >= tailBytes) {
      this.recentLength -= this.recent.shift()?.length ?? 0;
    }
  }
}
