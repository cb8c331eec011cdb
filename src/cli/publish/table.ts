// The live table of a publish: region × architecture, in as many lines as there are.
import type { ChalkInstance } from "chalk";
import { groupBy } from "../../model/group.ts";
import type { LayerState, PublishOutcome } from "../../publish/apply/outcome.ts";
import type { WantedLayer } from "../../publish/wish.ts";
import type { ScreenSize } from "../board.ts";

/** What matters most when not all can be shown. */
type Stage = "running" | "failed" | "waiting" | "done";
const byWeight: readonly Stage[] = ["running", "failed", "waiting", "done"];

interface Row {
  readonly region: string;
  readonly cells: readonly LayerState[];
  readonly stage: Stage;
}

const longestRegion = 14;

/** Lines no wider than the terminal, and fewer than it has: what has ended well is folded first, then what has not begun. */
export function renderTable(
  states: ReadonlyMap<WantedLayer, LayerState>,
  { columns, rows: height }: ScreenSize,
  colors: ChalkInstance,
): readonly string[] {
  const heads = [...new Set([...states.keys()].map(({ architecture }) => architecture))];
  const rows = [...groupBy(states, ([{ region }]) => region)].map(([region, those]): Row => {
    const cells = those.map(([, state]) => state);
    return { region, cells, stage: stageOf(cells) };
  });
  const regionWidth = Math.min(longestRegion, Math.max(6, ...rows.map(({ region }) => region.length)));
  const width = Math.max(4, Math.floor((columns - 3 - regionWidth) / heads.length) - 2);
  const line = (first: string, cells: readonly string[]) =>
    `  ${cellOf(first, regionWidth)}${cells.map((cell) => `  ${cell}`).join("")}`;
  // A head, a line for what is folded, and one that stays free.
  const shown = choose(rows, Math.max(1, height - 3));
  const folded = rows.filter((row) => !shown.includes(row));
  return [
    colors.dim(
      line(
        "region",
        heads.map((head) => cellOf(head, width)),
      ),
    ),
    ...shown.map(({ region, cells }) =>
      line(
        region,
        cells.map((cell) => renderCell(cell, width, colors)),
      ),
    ),
    ...(folded.length > 0 ? [colors.dim(clip(`  and ${countStages(folded)}`, columns - 1))] : []),
  ];
}

function stageOf(cells: readonly LayerState[]): Stage {
  if (cells.every(({ state }) => state === "waiting")) return "waiting";
  if (cells.some((cell) => cell.state !== "done")) return "running";
  return cells.some((cell) => cell.state === "done" && cell.outcome.error) ? "failed" : "done";
}

function choose(rows: readonly Row[], most: number): readonly Row[] {
  if (rows.length <= most + 1) return rows;
  const chosen = new Set(byWeight.flatMap((stage) => rows.filter((row) => row.stage === stage)).slice(0, most));
  return rows.filter((row) => chosen.has(row));
}

function countStages(rows: readonly Row[]): string {
  const words: Readonly<Record<Stage, string>> = {
    done: "done",
    running: "running",
    failed: "failed",
    waiting: "waiting",
  };
  const parts = [...byWeight].reverse().flatMap((stage) => {
    const count = rows.filter((row) => row.stage === stage).length;
    return count > 0 ? [`${count} ${words[stage]}`] : [];
  });
  return `${rows.length === 1 ? "1 more region" : `${rows.length} more regions`}: ${parts.join(", ")}`;
}

function renderCell(cell: LayerState, width: number, colors: ChalkInstance): string {
  const text = cellOf(describe(cell, width), width);
  if (cell.state === "waiting") return colors.dim(text);
  if (cell.state !== "done") return colors.cyan(text);
  if (cell.outcome.error) return colors.red(text);
  return cell.outcome.result === "unchanged" ? colors.dim(text) : colors.green(text);
}

function describe(cell: LayerState, width: number): string {
  switch (cell.state) {
    case "waiting":
      return "waiting";
    case "filling":
      return `filling ${cell.number} of ${cell.through}`;
    case "uploading":
      return describeUpload(cell, width);
    case "sharing":
      return "granting";
    case "done":
      return cell.outcome.error ? `✗ ${cell.outcome.error.code}` : describeResult(cell.outcome);
  }
}

/** `published :7`. */
export function describeResult({ result, version }: PublishOutcome): string {
  const number = version === undefined ? "" : ` :${version}`;
  return `${result === "shared" ? "granted" : result}${number}`;
}

/** How far an upload is, where whoever sends it tells. */
function describeUpload({ sentBytes, totalBytes }: LayerState & { state: "uploading" }, width: number): string {
  if (sentBytes === undefined || !totalBytes) return "uploading";
  const part = Math.min(1, sentBytes / totalBytes);
  const length = Math.min(20, width - 6);
  const percent = `${Math.floor(part * 100)} %`;
  if (length < 4) return percent;
  const full = Math.round(part * length);
  return `${"█".repeat(full)}${"░".repeat(length - full)} ${percent}`;
}

function cellOf(text: string, width: number): string {
  return clip(text, width).padEnd(width);
}

function clip(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}
