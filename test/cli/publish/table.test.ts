// The live table: every state, never wider nor higher than the terminal.
import { stripVTControlCharacters } from "node:util";
import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { renderTable } from "../../../src/cli/publish/table.ts";
import { architectures } from "../../../src/model/architecture.ts";
import { partitionOf } from "../../../src/model/partition.ts";
import type { LayerState, PublishOutcome } from "../../../src/publish/apply/outcome.ts";
import type { WantedLayer } from "../../../src/publish/wish.ts";

const plain = new Chalk({ level: 0 });
const colorful = new Chalk({ level: 1 });
const regions = partitionOf("eu-west-1").regions;

const done = (result: PublishOutcome["result"], more: Partial<PublishOutcome> = {}): LayerState => ({
  state: "done",
  outcome: { region: "r", architecture: "arm64", layerName: "l", codeSha256: "x", result, ...more },
});
const failed = done("failed", { error: { code: "RegionTimeout", message: "m", hint: "" } });
const waiting: LayerState = { state: "waiting" };

/** Both architectures of the regions, in the state that a function says. */
function states(names: readonly string[], stateOf: (region: string, index: number) => LayerState) {
  const layers = names.flatMap((region, index) =>
    architectures.map((architecture, second): [WantedLayer, LayerState] => [
      { region, architecture, layerName: `demo-${architecture}`, shared: false, zip: "", zipBytes: 1, codeSha256: "x" },
      stateOf(region, 2 * index + second),
    ]),
  );
  return new Map(layers);
}

describe("the live table", () => {
  it("shows each state in its place", () => {
    const list: LayerState[] = [
      waiting,
      { state: "filling", number: 2, through: 5 },
      { state: "uploading" },
      { state: "uploading", sentBytes: 1_250_000, totalBytes: 2_500_000 },
      { state: "sharing" },
      done("published", { version: 7 }),
      done("shared", { version: 7 }),
      done("unchanged", { version: 6 }),
      failed,
      done("published", { version: 12 }),
    ];
    const lines = renderTable(
      states(["a-1", "b-2", "c-3", "d-4", "e-5"], (_, index) => list[index] ?? waiting),
      { columns: 80, rows: 24 },
      plain,
    );
    expect(lines.map((line) => line.trimEnd().replaceAll(/ {2,}/g, " | "))).toEqual([
      " | region | x86_64 | arm64",
      " | a-1 | waiting | filling 2 of 5",
      " | b-2 | uploading | ██████████░░░░░░░░░░ 50 %",
      " | c-3 | granting | published :7",
      " | d-4 | granted :7 | unchanged :6",
      " | e-5 | ✗ RegionTimeout | published :12",
    ]);
  });

  it.each([
    [80, 24],
    [40, 10],
    [200, 60],
    [80, 5],
  ])("fits on %i columns and %i rows with 34 regions, whatever their states", (columns, rows) => {
    const list: LayerState[] = [
      waiting,
      { state: "uploading", sentBytes: 1, totalBytes: 1 },
      failed,
      done("published", { version: 1 }),
    ];
    const lines = renderTable(
      states(regions, (_, index) => list[(index * 7) % 4] ?? waiting),
      { columns, rows },
      plain,
    );
    expect(lines.length).toBeLessThan(rows);
    for (const line of lines) expect(line.length).toBeLessThan(columns);
  });

  it("folds what has ended well first, then what waits, and keeps what runs or failed", () => {
    const stages = new Map<string, LayerState>(
      regions.map((region, index) => [
        region,
        index < 15
          ? done("published", { version: 1 })
          : index < 20
            ? { state: "uploading" }
            : index < 22
              ? failed
              : waiting,
      ]),
    );
    const lines = renderTable(
      states(regions, (region) => stages.get(region) ?? waiting),
      { columns: 80, rows: 18 },
      plain,
    );
    const shown = lines.slice(1, -1).map((line) => line.trim().split(" ")[0]);
    expect(shown).toEqual([...regions.slice(15, 22), ...regions.slice(22, 30)]);
    expect(lines.at(-1)?.trim()).toBe("and 19 more regions: 15 done, 4 waiting");
  });

  it("says with colours what it says without", () => {
    const map = states(
      regions.slice(0, 3),
      (_, index) => [waiting, failed, done("published", { version: 1 })][index % 3] ?? waiting,
    );
    const size = { columns: 80, rows: 24 };
    const bare = renderTable(map, size, colorful).map((line) => stripVTControlCharacters(line));
    expect(bare).toEqual(renderTable(map, size, plain));
    expect(renderTable(map, size, colorful)).not.toEqual(bare);
  });
});
