// The part of a text between two marker lines: found, and replaced without touching anything else.
import { usageError } from "../../model/errors.ts";
import type { Markers } from "../../publish/arns/formats.ts";

/** A text around a block. */
export interface Block {
  /** White space before the start marker; what is in the block stands as far to the right. */
  readonly indent: string;
  /** The whole text with other lines in the block; lines are joined by `\n`, and get the ending that the marker's line has. */
  fill(lines: string): string;
}

/**
 * Finds the block. Markers in a fenced code block of Markdown only show what they look like.
 * @throws usageError where there is none, or not exactly one.
 */
export function findBlock(text: string, markers: Markers, file: string): Block {
  const lines = text.split(/(?<=\n)/);
  const shown = markers.start.startsWith("<!--") ? fenced(lines) : new Set<number>();
  const places = (marker: string) =>
    lines.flatMap((line, index) => (line.trim() === marker && !shown.has(index) ? [index] : []));
  const starts = places(markers.start);
  const ends = places(markers.end);
  const [start] = starts;
  const [end] = ends;
  if (start === undefined && end === undefined) {
    throw usageError(`${file} does not say where the ARNs are to be.`, {
      code: "NoMarkers",
      hint: `Put these two lines there, and run it again; what is between them is written anew each time:\n  ${markers.start}\n  ${markers.end}`,
    });
  }
  if (starts.length > 1 || ends.length > 1) {
    throw usageError(`${file} says twice where the ARNs are to be: ${linesOf([...starts, ...ends])}.`, {
      code: "TwoBlocks",
      hint: `Leave one line ${markers.start}, and one line ${markers.end} below it.`,
    });
  }
  if (start === undefined || end === undefined || end < start) {
    const there = start === undefined ? markers.end : markers.start;
    const wanted = start === undefined ? `${markers.start} above` : `${markers.end} below`;
    throw usageError(`${file} has the line ${there}, but no line ${wanted} it.`, {
      code: "HalfMarkers",
      hint: "What is between the two is written anew, so nothing was changed. Put the other line where it belongs.",
    });
  }
  const first = lines[start] ?? "";
  const indent = /^[ \t]*/.exec(first)?.[0] ?? "";
  const newline = first.endsWith("\r\n") ? "\r\n" : "\n";
  return {
    indent,
    fill: (content) => {
      const inside = content.split("\n").map((line) => `${line === "" ? "" : indent}${line}${newline}`);
      return [...lines.slice(0, start + 1), ...inside, ...lines.slice(end)].join("");
    },
  };
}

/** The lines of fenced code blocks; CommonMark: a fence is closed by one of the same kind, as long at least. */
function fenced(lines: readonly string[]): Set<number> {
  const inside = new Set<number>();
  let open: string | undefined;
  for (const [index, line] of lines.entries()) {
    const [, fence, rest = ""] = /^ {0,3}(`{3,}|~{3,})(.*)/.exec(line.trimEnd()) ?? [];
    if (open !== undefined) {
      inside.add(index);
      if (fence?.startsWith(open) && rest.trim() === "") open = undefined;
    } else if (fence !== undefined && !(fence.startsWith("`") && rest.includes("`"))) {
      open = fence;
    }
  }
  return inside;
}

function linesOf(indexes: readonly number[]): string {
  return `lines ${[...indexes]
    .sort((a, b) => a - b)
    .map((index) => index + 1)
    .join(", ")}`;
}
