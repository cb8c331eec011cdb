// Lines up rows in columns, for people.

/** A cell: its text, and how it is coloured once it has its width. */
export type Cell = string | { readonly text: string; readonly paint: (text: string) => string };

interface TableOptions {
  readonly headings: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** Of the terminal; undefined where nothing is to be broken. */
  readonly columns: number | undefined;
  readonly paintHeading: (text: string) => string;
}

const gap = "  ";
/** Where the other columns leave less than this to the last one, lines get longer than the terminal. */
const leastLast = 16;

/** Each column is as wide as it has to be; the last one takes the rest of the line, and goes on below, broken between words. */
export function table({ headings, rows, columns, paintHeading }: TableOptions): string {
  const cells = rows.map((row) => row.map((cell) => (typeof cell === "string" ? { text: cell, paint: asIs } : cell)));
  const all = [headings.map((text) => ({ text, paint: paintHeading })), ...cells];
  const last = headings.length - 1;
  const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
  const before = widths.slice(0, last).reduce((sum, width) => sum + width + gap.length, 0);
  const room = columns === undefined ? Number.POSITIVE_INFINITY : Math.max(columns - before, leastLast);
  const lines = all.flatMap((row) => {
    const [first = "", ...more] = wrap(row[last]?.text ?? "", room);
    const lead = row.slice(0, last).map(({ text, paint }, column) => paint(text.padEnd(widths[column] ?? 0)) + gap);
    const paint = row[last]?.paint ?? asIs;
    return [`${lead.join("")}${paint(first)}`, ...more.map((line) => " ".repeat(before) + paint(line))];
  });
  return lines.map((line) => line.trimEnd()).join("\n");
}

function asIs(text: string): string {
  return text;
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}
