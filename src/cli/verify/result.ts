// What verify shows: a table of layers and regions, and what differs.
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import type { Tolerance } from "../../publish/standing.ts";
import type { Difference, Verdict } from "../../publish/verify/compare.ts";
import type { CommandContext, Outcome } from "../command.ts";
import { tellFailedRegions } from "../failed-regions.ts";
import { table } from "../table.ts";
import { statusOfLook } from "../versions/status.ts";

/** How it stands, where nothing is to be mended. */
export function verifyResult(context: CommandContext, verdicts: readonly Verdict[], tolerance: Tolerance): Outcome {
  const failed = tellFailed(context, verdicts);
  const differing = verdicts.filter(({ result }) => result === "different" || result === "missing");
  const same = verdicts.length - failed - differing.length;
  context.progress.step(`${same} as built, ${differing.length} different, ${failed} not looked at`);
  return {
    document: { schemaVersion: 1, layers: verdicts },
    text: verdictTable(context, verdicts, context.columns),
    // A difference that was found counts more than one that may be hidden somewhere.
    exitCode: differing.length > 0 ? 1 : statusOf(verdicts, tolerance),
  };
}

interface Fixed {
  readonly outcomes: readonly PublishOutcome[];
  /** So many differences could not be mended. */
  readonly left: number;
  readonly tolerance: Tolerance;
}

/** What became of the differences. */
export function fixResult(
  context: CommandContext,
  verdicts: readonly Verdict[],
  { outcomes, left, tolerance }: Fixed,
): Outcome {
  const broken = outcomes.flatMap(({ region, layerName: subject, error }) =>
    error ? [{ region, subject, error }] : [],
  );
  tellFailedRegions(context, broken);
  const of = (result: PublishOutcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  context.progress.step(
    `${of("published")} published, ${of("shared")} shared anew, ${of("unchanged")} left as they are, ${broken.length} failed`,
  );
  return {
    document: { schemaVersion: 1, layers: verdicts, outcomes },
    text: outcomes
      .flatMap(({ result, arn }) => (result === "published" || result === "shared" ? (arn ?? []) : []))
      .join("\n"),
    exitCode: left > 0 ? 1 : statusOf(outcomes, tolerance),
  };
}

function statusOf(layers: readonly (Verdict | PublishOutcome)[], tolerance: Tolerance): 0 | 1 | 3 {
  const regions = [...new Set(layers.map(({ region }) => region))];
  return statusOfLook(
    regions,
    layers.filter(({ error }) => error !== undefined),
    tolerance,
  );
}

const marks = { same: "✓", different: "✗", missing: "✗", failed: "?" } as const;

/** For the result, and before anything is mended. */
export function verdictTable(
  { colors }: Pick<CommandContext, "colors">,
  verdicts: readonly Verdict[],
  columns: number | undefined,
): string {
  const paints = { same: colors.green, different: colors.red, missing: colors.red, failed: colors.yellow };
  return table({
    headings: ["", "LAYER", "REGION", "WHAT DIFFERS"],
    rows: verdicts.map((verdict) => [
      { text: marks[verdict.result], paint: paints[verdict.result] },
      `${verdict.layerName}${verdict.version === undefined ? "" : `:${verdict.version}`}`,
      verdict.region,
      whatDiffers(verdict),
    ]),
    columns,
    paintHeading: colors.dim,
  });
}

function tellFailed(context: CommandContext, verdicts: readonly Verdict[]): number {
  const failed = verdicts.flatMap(({ region, layerName: subject, error }) =>
    error ? [{ region, subject, error }] : [],
  );
  tellFailedRegions(context, failed);
  return failed.length;
}

function whatDiffers({ result, differences }: Verdict): string {
  if (result === "failed") return "could not be looked at";
  if (result === "missing") return "there is no such version";
  return result === "same" ? "nothing" : differences.map(describe).join("; ");
}

function describe({ aspect, found, wanted }: Difference): string {
  return `${aspect}: ${shown(aspect, found)}, not ${shown(aspect, wanted)}`;
}

/** Of a hash, as many characters as `versions` shows. */
function shown(aspect: Difference["aspect"], value: Difference["found"]): string {
  if (typeof value === "object") return value.length === 0 ? none(aspect) : value.join(" and ");
  if (aspect === "hash") return String(value).slice(0, 12);
  return typeof value === "string" ? JSON.stringify(value) : String(value);
}

function none(aspect: Difference["aspect"]): string {
  return aspect === "sharing" ? "nobody" : "none";
}
