// A trace as a time-line for a terminal: what, when, how long, and a bar that shows where in its phase it lies.
import type { ChalkInstance } from "chalk";
import { type InvocationTrace, momentaryKinds, type TraceEvent } from "../../model/invocation-trace.ts";
import { milliseconds, sectionsOf, summaryOf, type Tone, type TraceRow, waitedFor } from "./sections.ts";

/** Where it is to be printed. */
export interface Paper {
  readonly colors: ChalkInstance;
  /** Of the terminal; undefined where there is none. */
  readonly columns: number | undefined;
}

/** What is read in a file, and where nobody says anything else. */
const usualColumns = 80;
/** Beyond that the eye loses the line. */
const mostColumns = 160;
/** A terminal that is split in two. */
const narrowColumns = 64;
/** A shorter bar says nothing. */
const leastBar = 12;
/** Of an extension's name. */
const mostActor = 24;

/** The whole picture, with a newline between its lines. */
export function renderTimeLine(trace: InvocationTrace, { colors, columns = usualColumns }: Paper): string {
  const width = Math.min(columns, mostColumns);
  const sections = sectionsOf(trace);
  const actors = Math.min(mostActor, ...[Math.max(0, ...sections.flatMap(({ rows }) => rows.map(actorWidth)))]);
  const lines = sections.flatMap(({ title, note, event, rows }): Line[] => [
    { label: note ? `${title}  ${note}` : title, event, phase: event, isAlone: rows.length === 0, paint: colors.bold },
    ...rows.map((row) => ({
      label: labelOf(row, actors),
      event: row.event,
      phase: event,
      paint: paintOf(row.tone, colors),
    })),
  ]);
  const numbers = Math.max(
    5,
    ...lines.flatMap(({ event }) => [event.at, event.durationMs ?? 0]).map((n) => milliseconds(n).length),
  );
  const rest = width - 2 * (numbers + 2) - 2;
  const wanted = Math.max(0, ...lines.map(({ label }) => label.length));
  // Where there is no room for both, the words say more.
  const labels = Math.max(8, Math.min(wanted, width < narrowColumns ? rest : rest - leastBar));
  const bar = rest - labels >= leastBar ? rest - labels : 0;
  const head = `${" ".repeat(labels)}  ${"at ms".padStart(numbers)}  ${"took".padStart(numbers)}`;
  return [
    ...wrap(summaryOf(trace), width).map((line) => colors.bold(line)),
    colors.dim(head),
    ...lines.map((line) => draw(line, { labels, numbers, bar, colors })),
    ...wrap(legendOf(lines, bar), width).map((line) => colors.dim(line)),
  ].join("\n");
}

/** What the picture does not say by itself. */
function legendOf(lines: readonly Line[], bar: number): string {
  const waited = lines.some(({ event }) => waitedFor(event));
  return [
    ...(waited ? ["+ milliseconds that the invocation waited for the extension after the runtime was done."] : []),
    ...(bar > 0 && lines.some(({ isAlone }) => !isAlone) ? ["Each phase has its own scale."] : []),
  ].join(" ");
}

interface Line {
  readonly label: string;
  readonly event: TraceEvent;
  /** Whose length the bar stands for. */
  readonly phase: TraceEvent;
  /** A phase in which nothing happened that is shown. */
  readonly isAlone?: boolean;
  readonly paint: (text: string) => string;
}

interface Widths {
  readonly labels: number;
  readonly numbers: number;
  readonly bar: number;
  readonly colors: ChalkInstance;
}

function draw({ label, event, phase, isAlone, paint }: Line, { labels, numbers, bar, colors }: Widths): string {
  const { at, durationMs, kind } = event;
  const goesOn = durationMs === undefined && !momentaryKinds.has(kind);
  const took = goesOn ? "…" : durationMs === undefined ? "" : milliseconds(durationMs);
  const picture = isAlone ? "" : event === phase ? ruler(event, bar) : barOf(event, phase, bar);
  const line = [
    paint(cut(label, labels).padEnd(labels)),
    milliseconds(at).padStart(numbers),
    took.padStart(numbers),
    event === phase ? colors.dim(picture) : paint(picture),
  ].join("  ");
  // No trailing blanks, which colours would hide.
  return picture === "" ? line.trimEnd() : line;
}

function ruler({ durationMs }: TraceEvent, width: number): string {
  return width < 2 || durationMs === undefined ? "" : `├${"─".repeat(width - 2)}┤`;
}

/** In halves of a character: a bar is never shorter than one. */
function barOf(event: TraceEvent, phase: TraceEvent, width: number): string {
  const whole = phase.durationMs ?? 0;
  if (width === 0 || whole <= 0) return "";
  const halves = width * 2;
  const place = (time: number) => Math.min(1, Math.max(0, (time - phase.at) / whole)) * halves;
  const start = Math.min(halves - 1, Math.floor(place(event.at)));
  if (momentaryKinds.has(event.kind)) return `${" ".repeat(Math.floor(start / 2))}│`;
  const ending = event.durationMs === undefined ? phase.at + whole : event.at + event.durationMs;
  const stop = Math.max(start + 1, Math.round(place(ending)));
  let drawn = " ".repeat(Math.floor(start / 2));
  for (let cell = Math.floor(start / 2); cell * 2 < stop; cell++) {
    const [left, right] = [cell * 2 >= start, cell * 2 + 1 >= start && cell * 2 + 1 < stop];
    drawn += left && right ? "━" : left ? "╸" : "╺";
  }
  return drawn;
}

function labelOf({ depth, actor, what, event }: TraceRow, actors: number): string {
  const words = what === "" ? actor : `${cut(actor, actors).padEnd(actors)}  ${what}`;
  const waited = waitedFor(event);
  return `${"  ".repeat(depth)}${words}${waited ? `  ${waited}` : ""}`;
}

function actorWidth({ actor, what }: TraceRow): number {
  return what === "" ? 0 : actor.length;
}

function paintOf(tone: Tone, colors: ChalkInstance): (text: string) => string {
  return { platform: colors.dim, runtime: colors.green, extension: colors.cyan, failure: colors.red }[tone];
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, Math.max(0, width - 1))}…` : text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ").filter(Boolean)) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
