// Tells which regions could not be looked at, and why.

import { groupBy } from "../../model/group.ts";
import type { Failure } from "../../publish/plan/sighting.ts";
import type { CommandContext } from "../command.ts";

/** Something that failed in a region. */
export interface FailedRegion {
  readonly region: string;
  /** What it was about, besides the region. */
  readonly subject?: string | undefined;
  readonly error: Failure;
}

/** So many failures of one kind are told one by one; of more (no credentials, thirty-four regions) the first stands for the rest. */
const mostTold = 4;

/** Tells them on stderr, those of one kind together. */
export function tellFailedRegions(context: CommandContext, failed: readonly FailedRegion[]): void {
  for (const [kind, alike] of groupBy(failed, ({ error }) => error.code)) {
    const told = alike.length > mostTold ? alike.slice(0, 1) : alike;
    for (const { error, ...where } of told) {
      context.tell(`✗ ${placeOf(where)}: ${error.message}${error.hint === "" ? "" : `\n  ${error.hint}`}`);
    }
    const rest = alike.slice(told.length).map(placeOf);
    if (rest.length > 0) context.tell(`✗ and for the same reason (${kind}): ${rest.join(", ")}`);
  }
}

/** 3 where some of them failed, 1 where all did. */
export function exitCodeOf(failed: number, all: number): 0 | 1 | 3 {
  return failed === 0 ? 0 : failed === all ? 1 : 3;
}

function placeOf({ region, subject }: Pick<FailedRegion, "region" | "subject">): string {
  return subject === undefined ? region : `${region} ${subject}`;
}
