// Puts what the regions have into one table, and finds what it lacks.
import { type Architecture, architectures } from "../../model/architecture.ts";
import { groupBy } from "../../model/group.ts";
import type { LayerFamily, PublishedArn, RegionArns } from "./find.ts";

/** A layer's ARNs, by region. */
export interface ArnLayer {
  readonly name: string;
  /** Those that it is published for, anywhere. */
  readonly architectures: readonly Architecture[];
  readonly regions: readonly ArnRow[];
}

/** A region's ARNs, at least one; an architecture that is not published there has none. */
export interface ArnRow {
  readonly region: string;
  readonly arns: readonly PublishedArn[];
}

/** What is published nowhere is not in it; regions are in alphabetical order, so that a file changes only where a number does. */
export type ArnTable = readonly ArnLayer[];

/** A layer that is published for an architecture, but not in this region. */
export interface ArnGap {
  readonly layer: string;
  readonly architecture: Architecture;
  readonly region: string;
}

/** The table of what was found. */
export function arnTable(families: readonly LayerFamily[], found: readonly RegionArns[]): ArnTable {
  const all = found.flatMap((region) => ("error" in region ? [] : region.arns));
  return families.flatMap(({ name }) => {
    const arns = all.filter(({ layer }) => layer === name);
    if (arns.length === 0) return [];
    const rows = [...groupBy(arns, ({ region }) => region)].map(([region, ofRegion]) => ({
      region,
      arns: architectures.flatMap((architecture) => ofRegion.find((arn) => arn.architecture === architecture) ?? []),
    }));
    return {
      name,
      architectures: architectures.filter((architecture) => arns.some((arn) => arn.architecture === architecture)),
      regions: rows.sort((a, b) => (a.region < b.region ? -1 : 1)),
    };
  });
}

/** What the regions that could be looked at lack. */
export function arnGaps(table: ArnTable, found: readonly RegionArns[]): ArnGap[] {
  const looked = found.filter((region) => !("error" in region));
  return table.flatMap((layer) =>
    looked.flatMap(({ region }) => {
      const row = layer.regions.find((candidate) => candidate.region === region);
      return layer.architectures
        .filter((architecture) => !row?.arns.some((arn) => arn.architecture === architecture))
        .map((architecture) => ({ layer: layer.name, architecture, region }));
    }),
  );
}
