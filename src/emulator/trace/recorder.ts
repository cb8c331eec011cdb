// Notes what happens in one invocation, at the cost of an object and a look at the clock for each note; what it means is found out when
// somebody asks (read-trace.ts).
import { performance } from "node:perf_hooks";
import type { TraceEvent, TraceKind } from "../../model/invocation-trace.ts";

/** What may be noted beside kind, name and time. */
export type Details = Pick<TraceEvent, "phase" | "errorType" | "text">;

/** One note; times on the clock of `performance.now()`. */
export interface Note extends Details {
  readonly kind: TraceKind;
  readonly name: string;
  readonly from: number;
  /** Equal to `from` for what has no duration. */
  to?: number;
  unfinished?: true;
  text?: string;
}

/** How far the runtime has come, as it is noted for telemetry anyway; see environment/runtime-state.ts. */
export interface RuntimeProgress {
  readonly given: number;
  readonly began?: number;
  readonly answered?: number;
  readonly done?: number;
  readonly producedBytes?: number;
}

/** Whose time is noted: each is in one thing at a time. Extensions are their own objects. */
type Actor = object | "runtime" | "init" | "invoke" | "shutdown";

/** From when to when; on the clock of `performance.now()`. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Milliseconds; less than this is no waiting. */
const leastWait = 1;

/** Of an invocation that says more, the rest is not kept: only who subscribes over and over gets here. */
const mostNotes = 500;

/** The notes of one invocation. */
export class TraceRecorder {
  readonly requestId: string;
  readonly functionName: string;
  readonly version: string;
  readonly received = performance.now();
  /** Epoch milliseconds. */
  readonly receivedAt = Date.now();
  readonly notes: Note[] = [];
  status: "success" | "error" | "timeout" | "running" = "running";
  coldStart = false;
  logStream: string | undefined;
  /** Of the runtime, as soon as it has its event. */
  progress: RuntimeProgress | undefined;
  private readonly open = new Map<Actor, Note>();
  private finished = false;
  private readonly watching: (() => void)[] = [];

  constructor(of: { readonly requestId: string; readonly functionName: string; readonly version: string }) {
    this.requestId = of.requestId;
    this.functionName = of.functionName;
    this.version = of.version;
  }

  /** Nothing more will be noted. */
  get complete(): boolean {
    return this.finished;
  }

  /** The actor begins something; what it was in ends. */
  enter(actor: Actor, kind: TraceKind, name: string, details?: Details): void {
    const from = performance.now();
    const before = this.open.get(actor);
    if (before) before.to = from;
    const note: Note = { kind, name, from, ...details };
    this.open.set(actor, note);
    this.keep(note);
  }

  /** What the actor was in has ended well; nothing happens where it was in nothing. */
  leave(actor: Actor): void {
    const note = this.open.get(actor);
    if (!note) return;
    note.to = performance.now();
    this.open.delete(actor);
  }

  /** The actor's process has ended: well where that was asked for. */
  exited(actor: Actor, name: string, { text, expected }: { readonly text: string; readonly expected: boolean }): void {
    const note = this.open.get(actor);
    if (!note) {
      this.moment("exit", name, { text });
      return;
    }
    note.to = performance.now();
    note.text = text;
    if (!expected) note.unfinished = true;
    this.open.delete(actor);
  }

  /** What has no duration. */
  moment(kind: TraceKind, name: string, details?: Details): void {
    const from = performance.now();
    this.keep({ kind, name, from, to: from, ...details });
  }

  /** An environment has taken it; `prepared` is when that environment was made, where it is new. */
  taken(by: { readonly logStream: string; readonly prepared: Stretch | undefined }): void {
    this.logStream = by.logStream;
    this.coldStart = by.prepared !== undefined;
    const now = performance.now();
    const made = by.prepared && { from: Math.max(by.prepared.from, this.received), to: by.prepared.to };
    const waited = { from: this.received, to: made && made.to > made.from ? made.from : now };
    if (waited.to - waited.from >= leastWait) this.keep({ kind: "queue", name: "platform", ...waited });
    // It may have been made for somebody else, and have been over by then.
    if (made && made.to > made.from) this.keep({ kind: "prepare", name: "platform", ...made });
  }

  /** A phase has failed: what its actors were in comes to nothing. */
  giveUp(): void {
    const to = performance.now();
    for (const [actor, note] of this.open) {
      if (typeof actor === "string" && actor !== "runtime") continue;
      note.to = to;
      note.unfinished = true;
      this.open.delete(actor);
    }
  }

  /** INVOKE is over; a reset and the freeze are still to come. */
  end(failed: boolean, failure: { readonly timedOut: boolean } | undefined): void {
    this.leave("invoke");
    this.status = failure?.timedOut ? "timeout" : failed || failure ? "error" : "success";
  }

  /** It could not be run at all. */
  refuse(): void {
    this.status = "error";
    this.finish();
  }

  /** The invocation is over, with all that comes after it. */
  finish(): void {
    this.finished = true;
    // A hundred of these are kept: not the processes that they were about.
    this.open.clear();
    for (const told of this.watching.splice(0)) told();
  }

  /** Resolves when it is over, or after so many milliseconds. */
  over(milliseconds: number): Promise<void> {
    if (this.finished) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.watching.push(() => {
        clearTimeout(timer);
        resolve();
      });
    });
  }

  private keep(note: Note): void {
    if (!this.finished && this.notes.length < mostNotes) this.notes.push(note);
  }
}
