// What may go wrong in a publish, from its flags and the configuration.
import { usageError } from "../../model/errors.ts";
import { regionPattern } from "../../model/partition.ts";
import type { Project } from "../../project/project.ts";
import type { Tolerance } from "../../publish/standing.ts";
import type { PublishOptions } from "./options.ts";

/** How much patience there is, too. */
export interface Patience extends Tolerance {
  /** For all looks at a region, and once more for all that is done there. */
  readonly regionMilliseconds: number;
}

/** A region that does nothing for so long will not do it: a 50 MB zip takes a 1.5 Mbit/s line as long. */
const defaultRegionSeconds = 300;

/** Flags count more than the configuration. @throws usageError for a word that cannot be a region. */
export function readPatience(
  options: Pick<PublishOptions, "allowFail" | "minRegions" | "regionTimeout">,
  publish: Pick<Project["publish"], "allowFail" | "minRegions" | "regionTimeout">,
): Patience {
  const allowFail = options.allowFail ?? publish.allowFail;
  const wrong = allowFail.find((region) => !regionPattern.test(region));
  if (wrong !== undefined) {
    throw usageError(`${JSON.stringify(wrong)} is not a region that may fail.`, {
      code: "InvalidRegion",
      hint: "A region looks like eu-central-1: --allow-fail me-south-1,me-central-1",
    });
  }
  return {
    allowFail,
    minRegions: options.minRegions ?? publish.minRegions ?? 1,
    regionMilliseconds: 1000 * (options.regionTimeout ?? publish.regionTimeout ?? defaultRegionSeconds),
  };
}
