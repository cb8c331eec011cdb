// Which regions a new project can be for.
import { usageError } from "../model/errors.ts";
import { regionPattern } from "../model/partition.ts";

/** Why a text is no region; undefined where it is one. */
export function wrongRegion(text: string): string | undefined {
  return regionPattern.test(text) ? undefined : "A region looks like eu-central-1.";
}

/**
 * Checks a region, where there is one.
 * @throws usageError `InvalidRegion`.
 */
export function checkRegion(region: string | undefined): void {
  const hint = region === undefined ? undefined : wrongRegion(region);
  if (hint) throw usageError(`${JSON.stringify(region)} is not a region.`, { code: "InvalidRegion", hint });
}
