// What versions shows: one table, newest first.
import { groupBy } from "../../model/group.ts";
import type { LayerGrant } from "../../model/sharing.ts";
import type { SurveyedVersion } from "../../publish/versions/survey.ts";
import { ageOf } from "../age.ts";
import type { CommandContext, Outcome } from "../command.ts";
import { tellFailedRegions } from "../failed-regions.ts";
import { table } from "../table.ts";
import type { Look } from "./look.ts";
import { statusOfLook } from "./status.ts";

/** The versions of some layers in some regions. */
export function versionsResult(context: CommandContext, look: Look, { usedBy }: { readonly usedBy: boolean }): Outcome {
  const { failed, layerNames, regions, patience } = look;
  tellFailedRegions(context, failed);
  // By layer as they were named, then number, then region.
  const versions = layerNames.flatMap((name) =>
    look.versions.filter(({ layerName }) => layerName === name).sort((a, b) => b.version - a.version),
  );
  if (versions.length === 0 && failed.length === 0) {
    const where = regions.length > mostTold ? `${regions.length} regions` : regions.join(", ");
    context.progress.step(`There is no version of ${layerNames.join(" or ")} in ${where}`);
  }
  const now = Date.now();
  const text = [...groupBy(versions, ({ layerName }) => layerName)].map(([layerName, ofLayer]) =>
    [context.colors.bold(layerName), versionTable(context, ofLayer, { usedBy, now })].join("\n"),
  );
  return {
    document: { schemaVersion: 1, versions: versions.map(versionDocument), failed },
    text: text.join("\n\n"),
    exitCode: statusOfLook(look.regions, failed, patience),
  };
}

/** So many regions are named. */
const mostTold = 4;

function versionTable(
  { columns, colors }: CommandContext,
  versions: readonly SurveyedVersion[],
  { usedBy, now }: { readonly usedBy: boolean; readonly now: number },
): string {
  // Told where one layer has versions for the one and for the other.
  const mixed = new Set(versions.map(architectureOf)).size > 1;
  return table({
    headings: [
      "NUMBER",
      "REGION",
      ...(mixed ? ["FOR"] : []),
      "HASH",
      "AGE",
      "SHARED WITH",
      ...(usedBy ? ["USED BY"] : []),
    ],
    rows: versions.map((version) => [
      String(version.version),
      version.region,
      ...(mixed ? [architectureOf(version)] : []),
      version.codeSha256.slice(0, hashCharacters),
      ageOf(version.created, now),
      sharedWith(version.grants),
      ...(usedBy ? [usesOf(version)] : []),
    ]),
    columns,
    paintHeading: colors.dim,
  });
}

function architectureOf({ architectures }: SurveyedVersion): string {
  return architectures.length === 0 ? "any" : architectures.join(", ");
}

/** Enough to tell versions apart, and what one sees of them in AWS's console too: Base64's first characters. */
const hashCharacters = 12;

/** `public`, an account, an organization; of several the first, and how many more. */
function sharedWith(grants: readonly LayerGrant[]): string {
  const [first, ...more] = grants;
  if (!first) return "nobody";
  return `${first.grantee ?? `(${first.sid})`}${more.length > 0 ? ` +${more.length}` : ""}`;
}

/** `checkout:$LATEST, checkout:3 (live, next)`. */
function usesOf({ usedBy = [], grants }: SurveyedVersion): string {
  // Of another account's functions nothing can be seen.
  if (usedBy.length === 0) return grants.length > 0 ? "nobody here" : "nobody";
  return usedBy
    .map(({ functionName, version, aliases = [] }) => {
      const names = aliases.length > 0 ? ` (${aliases.join(", ")})` : "";
      return `${functionName}:${version}${names}`;
    })
    .join(", ");
}

function versionDocument({ layerName, region, version, ...rest }: SurveyedVersion): object {
  return { layerName, region, version, ...rest };
}
