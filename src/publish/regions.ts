// Which regions a publish goes to.
import { usageError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";
import { partitionOf, regionPattern } from "../model/partition.ts";

/** Regions, and what should be said about some of them. */
export interface RegionChoice {
  readonly regions: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Reads a list of regions; `all` is every region of the partition of `home` in which Lambda is offered.
 * A region that we don't know is passed on with a warning: AWS opens regions more often than we release.
 * @throws usageError where a word cannot be a region at all.
 */
export function chooseRegions(wanted: readonly string[], home: string): RegionChoice {
  const names = wanted.map((name) => name.trim()).filter((name) => name !== "");
  if (names.length === 0)
    throw usageError("No region is named.", { code: "NoRegion", hint: "E.g. --regions eu-west-1,us-east-1, or all." });
  if (names.includes("all")) return { regions: partitionOf(home).regions, warnings: [] };
  const regions = [...new Set(names)];
  const warnings: string[] = [];
  for (const region of regions) {
    const known = partitionOf(region).regions;
    if (known.includes(region)) continue;
    const meant = nearest(region, known);
    if (!regionPattern.test(region)) {
      throw usageError(`${JSON.stringify(region)} is not a region.`, {
        code: "InvalidRegion",
        hint: meant ? `Did you mean ${meant}?` : "A region looks like eu-central-1; all stands for every one.",
      });
    }
    warnings.push(`${region} is not a region that lambda-ext knows${meant ? `; did you mean ${meant}?` : "."}`);
  }
  return { regions, warnings };
}
