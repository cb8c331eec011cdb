// CloudWatch's log groups and streams: a folder each group, a file each stream, to which events are only ever appended.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { unfinishedPattern } from "./atomic.ts";
import { LogStream } from "./log-stream.ts";

/** A log group's facts. */
export interface LogGroup {
  readonly region: string;
  readonly name: string;
  /** Epoch milliseconds. */
  readonly creationTime: number;
  readonly retentionInDays?: number | undefined;
}

interface KeptGroup {
  facts: LogGroup;
  readonly folder: string;
  readonly streams: Map<string, LogStream>;
}

const mostOpenFiles = 32;
const dayMilliseconds = 86_400_000;

/** All logs of the account. */
export class LogStore {
  private readonly folder: string;
  private readonly groups = new Map<string, KeptGroup>();
  private readonly recent = new Set<LogStream>();

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory()) this.loadGroup(join(folder, entry.name));
    }
  }

  group(region: string, name: string): LogGroup | undefined {
    return this.groups.get(keyOf(region, name))?.facts;
  }

  /** A region's groups by name. */
  groupsOf(region: string): LogGroup[] {
    const facts = [...this.groups.values()].map((group) => group.facts).filter((group) => group.region === region);
    return facts.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  streams({ region, name }: LogGroup): LogStream[] {
    return [...(this.groups.get(keyOf(region, name))?.streams.values() ?? [])];
  }

  /** Makes the group where it is missing, or changes its facts. */
  putGroup(facts: LogGroup): void {
    const key = keyOf(facts.region, facts.name);
    const kept = this.groups.get(key);
    const folder = kept?.folder ?? join(this.folder, fileName(key, facts.name));
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = join(folder, "group.json");
    const unfinished = `${file}.${createHash("sha256").update(key).digest("hex").slice(0, 12)}.unfinished`;
    writeFileSync(unfinished, JSON.stringify(facts), { mode: 0o600 });
    renameSync(unfinished, file);
    if (kept) kept.facts = facts;
    else this.groups.set(key, { facts, folder, streams: new Map() });
  }

  /** Removes the group with all that was logged to it. */
  removeGroup({ region, name }: LogGroup): void {
    const kept = this.groups.get(keyOf(region, name));
    if (!kept) return;
    for (const stream of kept.streams.values()) stream.close();
    this.groups.delete(keyOf(region, name));
    rmSync(kept.folder, { recursive: true, force: true });
  }

  /** The stream, made with its group where they are missing. */
  openStream(group: { readonly region: string; readonly name: string }, name: string, now: number): LogStream {
    const key = keyOf(group.region, group.name);
    if (!this.groups.has(key)) this.putGroup({ region: group.region, name: group.name, creationTime: now });
    const kept = this.groups.get(key);
    if (!kept) throw new Error(`no log group ${group.name}`);
    let stream = kept.streams.get(name);
    if (!stream) {
      stream = LogStream.create(join(kept.folder, `${fileName(`${key} ${name}`, name)}.jsonl`), {
        name,
        creationTime: now,
      });
      kept.streams.set(name, stream);
    }
    this.keepFewOpen(stream);
    return stream;
  }

  /** Closes the files; they are opened again where something is appended. */
  close(): void {
    for (const { streams } of this.groups.values()) for (const stream of streams.values()) stream.close();
  }

  /** Removes the streams whose last event is older than their group keeps events. */
  expire(now: number): void {
    for (const { facts, streams } of this.groups.values()) {
      if (facts.retentionInDays === undefined) continue;
      const oldest = now - facts.retentionInDays * dayMilliseconds;
      for (const [name, stream] of streams) {
        const { lastEventTimestamp } = stream.summary();
        if ((lastEventTimestamp ?? stream.creationTime) >= oldest) continue;
        stream.remove();
        streams.delete(name);
      }
    }
  }

  /** Each environment has a stream of its own: those written last stay open. */
  private keepFewOpen(stream: LogStream): void {
    this.recent.delete(stream);
    this.recent.add(stream);
    for (const oldest of this.recent) {
      if (this.recent.size <= mostOpenFiles) return;
      oldest.close();
      this.recent.delete(oldest);
    }
  }

  private loadGroup(folder: string): void {
    const facts = readFacts(join(folder, "group.json"));
    // The folder comes first, the facts second: without them nothing was ever logged here.
    if (facts === "absent") rmSync(folder, { recursive: true, force: true });
    // Spoilt by a power cut: passed over, and left for whoever wants to look.
    if (facts === "absent" || facts === "spoilt") return;
    const streams = new Map<string, LogStream>();
    for (const name of readdirSync(folder)) {
      const file = join(folder, name);
      if (unfinishedPattern.test(name)) rmSync(file, { force: true });
      const stream = name.endsWith(".jsonl") ? LogStream.load(file) : undefined;
      if (stream) streams.set(stream.name, stream);
    }
    this.groups.set(keyOf(facts.region, facts.name), { facts, folder, streams });
  }
}

function readFacts(file: string): LogGroup | "absent" | "spoilt" {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    if (error instanceof SyntaxError) return "spoilt";
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return "absent";
    throw error;
  }
}

function keyOf(region: string, name: string): string {
  return `${region} ${name}`;
}

function fileName(key: string, name: string): string {
  const words = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "_")
    .slice(0, 60);
  return `${words}-${createHash("sha256").update(key).digest("hex").slice(0, 20)}`;
}
