// The exit status of a command that goes through regions.
import { standingOf, statusOf, type Tolerance } from "../../publish/standing.ts";

/** 0 where nothing failed but what may, 3 where it was done in part, 1 where too little was. */
export function statusOfLook(
  regions: readonly string[],
  failed: readonly { readonly region: string }[],
  tolerance: Tolerance,
): 0 | 1 | 3 {
  const trouble = new Set(failed.map(({ region }) => region));
  const looked = regions.map((region) => ({ region, failed: trouble.has(region) }));
  return statusOf(standingOf(looked, tolerance.allowFail), tolerance);
}
