// What moves at the foot of a terminal: drawn, drawn over, and taken away without remains.
import { stripVTControlCharacters } from "node:util";

/** How much there is room for. */
export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** Some lines at the foot. */
export interface Board {
  /** Takes them away. */
  close(): void;
}

/** Puts lines at the foot, and asks for them again several times a second. */
export type OpenBoard = (draw: (size: ScreenSize) => readonly string[]) => Board;

/** The part of a terminal that is drawn on. */
export interface FootScreen {
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** The lines that are at the foot just now; the cursor is at the end of the last one. */
export interface Foot {
  readonly size: ScreenSize;
  /** Replaces them in one write, so that nothing flickers; words that are to stay come above. */
  draw(lines: readonly string[], above?: string): void;
}

/** Nothing is there at first. */
export function createFoot(screen: FootScreen): Foot {
  let drawn: readonly string[] = [];
  const size = () => ({ columns: screen.columns || 80, rows: screen.rows || 24 });
  return {
    get size() {
      return size();
    },
    draw(lines, above = "") {
      if (drawn.length === 0 && lines.length === 0 && above === "") return;
      screen.write(`${eraseFoot(drawn, size())}${above}${lines.join("\n")}`);
      drawn = lines;
    },
  };
}

function eraseFoot(lines: readonly string[], size: ScreenSize): string {
  if (lines.length === 0) return "";
  // A terminal that has become narrower has wrapped them meanwhile.
  const height = lines.reduce(
    (sum, line) => sum + Math.max(1, Math.ceil(stripVTControlCharacters(line).length / size.columns)),
    0,
  );
  const up = Math.min(height, size.rows) - 1;
  return up === 0 ? "\r\u001b[2K" : `\r\u001b[${up}A\u001b[J`;
}
