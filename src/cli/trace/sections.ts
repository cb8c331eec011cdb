// A trace as what the terminal and the page show of it: the phases in their order, and in each what everybody did, in words.
import type { InvocationTrace, TraceEvent, TraceKind } from "../../model/invocation-trace.ts";

/** One line of a phase. */
export interface TraceRow {
  /** 1, or 2 inside of an INIT that is made up for in an invocation. */
  readonly depth: 1 | 2;
  /** Whose: an extension's name or `runtime`; of the platform's own, what it is. */
  readonly actor: string;
  readonly what: string;
  readonly event: TraceEvent;
  readonly tone: Tone;
}

/** A phase, or what stands for one. */
export interface TraceSection {
  readonly title: string;
  /** What a title in capitals does not say. */
  readonly note: string;
  readonly event: TraceEvent;
  readonly rows: readonly TraceRow[];
}

/** What a bar is drawn as. */
export type Tone = "platform" | "runtime" | "extension" | "failure";

/** The phases, each with what happened in it. */
export function sectionsOf({ events }: InvocationTrace): TraceSection[] {
  const heads = events.filter((event) => titles.has(event.kind) && !isMadeUpFor(event));
  const inner = events.find(isMadeUpFor);
  return heads.map((head) => {
    const next = heads.find(({ at }) => at > head.at)?.at ?? Number.POSITIVE_INFINITY;
    const own = events.filter((event) => !heads.includes(event) && event.at >= head.at && event.at < next);
    return {
      title: titles.get(head.kind) ?? "",
      note: noteOf(head),
      event: head,
      rows: own.map((event) => rowOf(event, inner)),
    };
  });
}

/** What the trace comes to, in one line. */
export function summaryOf(trace: InvocationTrace): string {
  const { functionName, version, coldStart, status, complete, durationMs } = trace;
  // An INIT that failed and was made up for is in its place below.
  const failure = status === "success" ? undefined : trace.events.findLast(({ kind }) => kind === "failure");
  const words = [
    `${functionName} ${version}`,
    ...(coldStart ? ["cold start"] : []),
    `${status}${failure ? ` (${failure.errorType}: ${failure.text})` : ""}`,
    `${milliseconds(durationMs)} ms in all`,
    ...(complete ? [] : ["not over yet"]),
  ];
  return plain(words.join(" · "));
}

/** For people: hundredths of a millisecond. */
export function milliseconds(value: number): string {
  return value.toFixed(2);
}

/** What the invocation waited for an extension after the runtime was done; undefined where that is nothing. */
export function waitedFor({ afterRuntimeMs = 0 }: TraceEvent): string | undefined {
  return afterRuntimeMs >= 0.005 ? `+${milliseconds(afterRuntimeMs)}` : undefined;
}

/** A program's name may hold anything that a file's name may: what would move a terminal's cursor is shown as what it is. */
export function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about.
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, "\ufffd");
}

const titles: ReadonlyMap<TraceKind, string> = new Map([
  ["queue", "WAIT"],
  ["prepare", "PREPARE"],
  ["init", "INIT"],
  ["invoke", "INVOKE"],
  ["shutdown", "SHUTDOWN"],
  ["freeze", "FREEZE"],
] as const);

function isMadeUpFor({ kind, phase }: TraceEvent): boolean {
  return kind === "init" && phase === "invoke";
}

function noteOf({ kind, text }: TraceEvent): string {
  if (kind === "queue") return "for an environment";
  if (kind === "prepare") return "code and layers";
  return kind === "shutdown" && text !== undefined ? `reset after a ${text}` : "";
}

const innerKinds: ReadonlySet<TraceKind> = new Set([
  ...(["extension-launch", "extension-init", "runtime-launch", "subscribe"] as const),
]);

function rowOf(event: TraceEvent, inner: TraceEvent | undefined): TraceRow {
  const { kind, name, at } = event;
  const isInside = inner !== undefined && innerKinds.has(kind) && at >= inner.at;
  const own = isMadeUpFor(event) ? { actor: "INIT", what: "inside the invocation" } : describe(event);
  return {
    depth: isInside ? 2 : 1,
    actor: plain(own?.actor ?? name),
    what: plain(own.what),
    event,
    tone: kind === "failure" || event.unfinished ? "failure" : toneOf(name),
  };
}

function toneOf(name: string): Tone {
  return name === "platform" || name === "runtime" ? name : "extension";
}

function describe(event: TraceEvent): { actor?: string; what: string } {
  const { kind, errorType, unfinished, bytes } = event;
  // `exit status 3`, `signal: killed`: the words of AWS's core, less what goes without saying here.
  const text = (event.text ?? "").replace(/^(exit) (?:code|status) |^signal: /, (_, exit = "") =>
    exit ? "exit " : "",
  );
  const end = (goal: string) => (unfinished ? `✗ ${text}`.trim() : goal);
  switch (kind) {
    case "extension-launch":
      return { what: `start → ${end("register")}` };
    case "extension-init":
      return { what: `register → ${end("next")}` };
    case "runtime-launch":
      return { what: `start → ${end("next")}` };
    case "extension-invoke":
      return { what: `INVOKE → ${end("next")}` };
    case "runtime-work":
      return { what: `event → ${end("first byte")}` };
    case "runtime-response":
      return { what: `→ ${end(bytes === undefined ? "last byte" : `last byte, ${size(bytes)}`)}` };
    case "runtime-next":
      return { what: `→ ${end("next")}` };
    case "runtime-shutdown":
      return { what: `SIGTERM → ${text || "…"}` };
    case "extension-shutdown":
      return { what: `SHUTDOWN → ${text || "…"}` };
    case "subscribe":
    case "exit":
      return { what: text };
    case "failure":
      return { actor: "✗", what: errorType ?? "" };
    default:
      return { actor: kind, what: "" };
  }
}

function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KB` : `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}
