// What was published where, a line for each layer.
import { groupBy } from "../../model/group.ts";
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import { subjects } from "./subject.ts";

/** A layer's line, and whether nothing of it failed. */
export interface LayerSummary {
  readonly text: string;
  readonly whole: boolean;
}

/** E.g. `demo-arm64 :7 in 34 regions`; `demo-arm64 :7 in 32 regions, :3 in eu-west-1; failed in me-south-1` where it differs. */
export function summarize(outcomes: readonly PublishOutcome[]): LayerSummary[] {
  const ofLayers = groupBy(outcomes, ({ layerName, architecture }) => `${layerName} ${architecture}`);
  const subject = subjects(outcomes);
  return [...ofLayers.values()].map((ofLayer) => {
    const there = ofLayer.filter(({ version }) => version !== undefined);
    const numbers = [...groupBy(there, ({ version }) => `${version}`)].sort(([, a], [, b]) => b.length - a.length);
    const parts = numbers.map(([number, those], index) => `:${number} in ${describeRegions(those, index > 0)}`);
    const failed = ofLayer.filter(({ error }) => error !== undefined);
    const where = [
      ...(parts.length > 0 ? [parts.join(", ")] : []),
      ...(failed.length > 0 ? [`failed in ${describeRegions(failed, there.length > 0)}`] : []),
    ];
    const name = ofLayer.slice(0, 1).map(subject).join();
    return { text: `${name} ${where.join("; ")}`, whole: failed.length === 0 };
  });
}

/** Their names where that is asked for, or where there are few; otherwise how many they are. */
function describeRegions(outcomes: readonly PublishOutcome[], named: boolean): string {
  const regions = outcomes.map(({ region }) => region);
  return named || regions.length <= 2
    ? regions.join(regions.length === 2 ? " and " : ", ")
    : `${regions.length} regions`;
}
