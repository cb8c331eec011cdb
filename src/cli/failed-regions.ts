// Tells which regions failed, and why.
import { groupBy } from "../model/group.ts";
import { commonFailures } from "../publish/apply/common-fate.ts";
import type { Failure } from "../publish/plan/sighting.ts";
import type { CommandContext } from "./command.ts";

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
export function tellFailedRegions({ tell }: Pick<CommandContext, "tell">, failed: readonly FailedRegion[]): void {
  for (const [kind, alike] of groupBy(failed, ({ error }) => error.code)) {
    const told = alike.length > mostTold || commonFailures.includes(kind) ? alike.slice(0, 1) : alike;
    for (const { error, region, subject } of told) {
      const place = subject === undefined ? region : `${region} ${subject}`;
      tell(`✗ ${place}: ${error.message}${error.hint === "" ? "" : `\n  ${error.hint}`}`);
    }
    const rest = [...new Set(alike.slice(told.length).map(({ region }) => region))];
    if (rest.length > 0) tell(`✗ and for the same reason (${kind}): ${rest.join(", ")}`);
  }
}
