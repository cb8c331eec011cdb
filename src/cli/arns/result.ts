// What arns tells: the regions that it could not look at, what the others lack, and the table.

import { remoteError } from "../../model/errors.ts";
import { groupBy } from "../../model/group.ts";
import type { LayerFamily, RegionArns } from "../../publish/arns/find.ts";
import { arnDocument } from "../../publish/arns/formats/json.ts";
import { type ArnGap, type ArnTable, arnGaps, arnTable } from "../../publish/arns/table.ts";
import type { CommandContext } from "../command.ts";
import { type FailedRegion, tellFailedRegions } from "../failed-regions.ts";

/** What was to be looked at. */
export interface Wanted {
  readonly families: readonly LayerFamily[];
  /** All regions rather than some that were named: one that lacks a layer does not lack it by mistake. */
  readonly everywhere: boolean;
  /** Not even the account did: one that is not enabled was not asked for. */
  readonly guessed: boolean;
  /** Regions that may fail, or lack a layer. */
  readonly allowFail: readonly string[];
}

/** The table, and whether it is all that was asked for. */
export interface Collected {
  readonly table: ArnTable;
  readonly document: object;
  readonly complete: boolean;
}

/**
 * Puts what was found into a table, and tells what is not in it.
 * @throws LambdaExtError `NothingPublished` where it would be empty although every region was looked at.
 */
export function collectArns(context: CommandContext, all: readonly RegionArns[], wanted: Wanted): Collected {
  const found = wanted.guessed ? withoutDisabled(context, all) : all;
  const failed = found.flatMap((region) => ("error" in region ? [region] : []));
  const table = arnTable(wanted.families, found);
  const gaps = arnGaps(table, found);
  const unfinished = found.flatMap((region) =>
    "error" in region ? [] : region.unfinished.map((layerName) => ({ region: region.region, layerName })),
  );
  tellFailedRegions(context, failed);
  for (const { region, layerName } of unfinished) {
    context.tell(
      `✗ ${region}: the newest version of ${layerName} only fills a number. Finish the publish that made it.`,
    );
  }
  tellGaps(
    context,
    gaps.filter((gap) => !unfinished.some(({ region }) => region === gap.region)),
  );
  if (table.length === 0 && failed.length === 0) throw nothingPublished(wanted, found);
  for (const { name } of wanted.families.filter(({ name }) => !table.some((layer) => layer.name === name))) {
    context.progress.warn(`No version of ${name} was found anywhere.`);
  }
  return {
    table,
    document: { ...arnDocument(table), missing: gaps, failed: failed satisfies readonly FailedRegion[] },
    complete: isComplete({ table, gaps, failed, unfinished }, wanted),
  };
}

function withoutDisabled({ progress }: CommandContext, found: readonly RegionArns[]): readonly RegionArns[] {
  const isDisabled = (region: RegionArns) => "error" in region && region.error.code === "RegionNotEnabled";
  const disabled = found.filter(isDisabled).map(({ region }) => region);
  if (disabled.length > 0) {
    progress.warn(`Left out, since they are probably not enabled for this account: ${disabled.join(", ")}`);
  }
  return found.filter((region) => !isDisabled(region));
}

interface Findings {
  readonly table: ArnTable;
  readonly gaps: readonly ArnGap[];
  readonly failed: readonly FailedRegion[];
  readonly unfinished: readonly { readonly region: string }[];
}

function isComplete(
  { table, gaps, failed, unfinished }: Findings,
  { families, everywhere, allowFail }: Wanted,
): boolean {
  const broken = [...failed, ...unfinished, ...(everywhere ? [] : gaps)];
  return table.length === families.length && broken.every(({ region }) => allowFail.includes(region));
}

function tellGaps(context: CommandContext, gaps: readonly ArnGap[]): void {
  for (const [layer, ofLayer] of groupBy(gaps, ({ layer, architecture }) => `${layer} for ${architecture}`)) {
    context.tell(`${layer} is not published in ${ofLayer.map(({ region }) => region).join(", ")}`);
  }
}

function nothingPublished({ families }: Wanted, found: readonly RegionArns[]) {
  const names = [...new Set(families.flatMap(({ members }) => members.map(({ layerName }) => layerName)))];
  const regions = found.map(({ region }) => region);
  const where = regions.length > 4 ? `any of ${regions.length} regions` : regions.join(", ");
  return remoteError(`There is no version of ${names.join(" or ")} in ${where}.`, {
    code: "NothingPublished",
    hint: "Publish it first: lambda-ext publish. Is it in other regions? --regions names them, --all-regions looks everywhere.",
  });
}
