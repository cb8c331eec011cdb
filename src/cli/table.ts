// Lines up rows in columns, for people.
import { printable } from "../model/printable.ts";

/** A cell: its text, and how it is coloured once it has its width. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

interface TableOptions {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of the terminal; undefined where nothing is to be broken. */
  readonly columns: number | undefined;
  readonly paintHeading: (text: string) => string;
}

interface PaintedText {
  readonly text: string;
  readonly paint: (text: string) => string;
}

const gap = "  ";
/** Where the other columns leave less than this to the last one, it stands below them. */
const leastLast = 32;
const indent = " ".repeat(6);

/**
 * Each column is as wide as it has to be; the last one takes the rest of the line, and goes on below, broken between words. Where too
 * little is left to it, it begins below.
 */
export function table({ headings, rows, columns = Number.POSITIVE_INFINITY, paintHeading }: TableOptions): string {
  const all = [headings.map((text) => ({ text, paint: paintHeading })), ...rows.map((row) => row.map(paintedText))];
  const last = headings.length - 1;
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0);
  const room = columns - before;
  const below = (widths[last] ?? 0) > room && room < leastLast;
  const lines = all.flatMap((row) => {
    const lead = row.slice(0, last).map(({ text, paint }, column) => paint(text.padEnd(widths[column] ?? 0)) + gap);
    const { text = "", paint = asIs } = row[last] ?? {};
    const ending = wrapWords(text, below ? columns - indent.length : room).map((line) => paint(line));
    if (below) return [lead.join(""), ...ending.map((line) => indent + line)];
    const [first = "", ...more] = ending;
    return [lead.join("") + first, ...more.map((line) => " ".repeat(before) + line)];
  });
  return lines.map((line) => line.trimEnd()).join("\n");
}

function paintedText(cell: Cell): PaintedText {
  const { text, paint } = typeof cell === "string" ? { text: cell, paint: asIs } : cell;
  return { text: printable(text), paint };
}

function asIs(text: string): string {
  return text;
}

/** Breaks a text between words; no line for no text. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text === "" ? [] : text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
