// What prune shows: its plan, and what became of it.
import type { PruneOutcome } from "../../publish/prune/apply.ts";
import type { PruneStep } from "../../publish/prune/plan.ts";
import type { SurveyedVersion } from "../../publish/versions/survey.ts";
import { ageOf } from "../age.ts";
import type { CommandContext, Outcome } from "../command.ts";
import { tellFailedRegions } from "../failed-regions.ts";
import { table } from "../table.ts";
import type { Look } from "./look.ts";
import { statusOfLook } from "./status.ts";

/** The plan as a table: every version, what becomes of it, and why. */
export function planText(
  { colors }: Pick<CommandContext, "colors">,
  plan: readonly PruneStep[],
  columns?: number,
): string {
  if (plan.length === 0) return "";
  const now = Date.now();
  return table({
    headings: ["", "LAYER", "REGION", "AGE", "WHY"],
    rows: plan.map(({ version, action, reason }) => [
      { text: action, paint: action === "delete" ? colors.red : colors.dim },
      `${version.layerName}:${version.version}`,
      version.region,
      ageOf(version.created, now),
      reason,
    ]),
    columns,
    paintHeading: colors.dim,
  });
}

/** The plan, as it would be carried out. */
export function pruneDryRun(context: CommandContext, plan: readonly PruneStep[], look: Look): Outcome {
  const { regions, failed, patience } = look;
  tellFailedRegions(context, failed);
  return {
    document: {
      schemaVersion: 1,
      dryRun: true,
      versions: plan.map(({ version, action, reason }) => ({ ...named(version), action, reason })),
      failed,
    },
    text: planText(context, plan, context.columns),
    exitCode: statusOfLook(regions, failed, patience),
  };
}

/** What became of it. */
export function pruneResult(context: CommandContext, outcomes: readonly PruneOutcome[], look: Look): Outcome {
  const { regions, failed, patience } = look;
  const broken = outcomes.flatMap(({ version, error }) =>
    error ? [{ region: version.region, subject: `${version.layerName}:${version.version}`, error }] : [],
  );
  tellFailedRegions(context, [...failed, ...broken]);
  const of = (result: PruneOutcome["result"]) => outcomes.filter((outcome) => outcome.result === result);
  for (const { version, reason } of of("kept").filter(({ meanwhile }) => meanwhile)) {
    context.progress.warn(`${version.arn} stays: ${reason}`);
  }
  const deleted = of("deleted");
  context.progress.step(`${deleted.length} deleted, ${of("kept").length} kept, ${broken.length} failed`);
  const status = statusOfLook(regions, [...failed, ...broken], patience);
  return {
    document: {
      schemaVersion: 1,
      versions: outcomes.map(({ version, meanwhile: _, ...rest }) => ({ ...named(version), ...rest })),
      failed,
    },
    text: deleted.map(({ version }) => version.arn).join("\n"),
    // Where something is gone, something was done.
    exitCode: status === 1 && deleted.length > 0 ? 3 : status,
  };
}

function named({ layerName, region, version, arn, created, codeSha256, grants, usedBy }: SurveyedVersion): object {
  return { layerName, region, version, arn, created, codeSha256, grants, usedBy };
}
