// What publish shows: the plan under --dry-run, the ARNs otherwise, and for every failure what to do.
import { describeGrantee } from "../../model/sharing.ts";
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import type { LayerPlan, PlannedAction, PublishPlan } from "../../publish/plan/actions.ts";
import { standingOf, statusOf, type Tolerance } from "../../publish/standing.ts";
import type { CommandContext, Outcome } from "../command.ts";
import { tellFailedRegions } from "../failed-regions.ts";
import { subjects } from "./subject.ts";
import { summarize } from "./summary.ts";

/** The plan, as it would be carried out. */
export function planResult(context: CommandContext, plan: PublishPlan, tolerance: Tolerance): Outcome {
  const failed = plan.flatMap((layer) =>
    layer.actions.flatMap((action) => (action.action === "failed" ? [{ ...layer, error: action.error }] : [])),
  );
  const subject = subjects(plan);
  tellFailedRegions(
    context,
    failed.map((layer) => ({ region: layer.region, subject: subject(layer), error: layer.error })),
  );
  const looked = plan.map(({ region, actions }) => ({
    region,
    failed: actions.some(({ action }) => action === "failed"),
  }));
  const standing = standingOf(looked, tolerance.allowFail);
  const lines = plan.flatMap((layer) =>
    layer.actions.filter(({ action }) => action !== "failed").map((action) => ({ layer, action })),
  );
  context.tell(tally(plan));
  return {
    document: { schemaVersion: 1, dryRun: true, layers: plan.map(plannedLayer) },
    text: lines
      .map(({ layer, action }) => {
        const verb = action.action.padEnd("unchanged".length);
        const colored = action.action === "unchanged" ? context.colors.dim(verb) : context.colors.green(verb);
        return `${colored} ${layer.region} ${subject(layer)}${objectOf(action)}: ${action.reason}`;
      })
      .join("\n"),
    exitCode: statusOf(standing, tolerance),
  };
}

/** How much of what there is in a plan, e.g. `Planned: 6 publish, 12 grant, 62 unchanged`. */
function tally(plan: PublishPlan): string {
  const actions = plan.flatMap((layer) => layer.actions.map(({ action }) => action));
  const kinds = (["align", "publish", "grant", "revoke", "unchanged", "failed"] as const).flatMap((kind) => {
    const count = actions.filter((action) => action === kind).length;
    return count > 0 ? [`${count} ${kind}`] : [];
  });
  return `Planned: ${kinds.join(", ")}`;
}

/** What an action is about, besides the layer. */
function objectOf(action: PlannedAction): string {
  if (action.action === "align") {
    const { from, through, fill } = action;
    return ` ${from === through ? `number ${from}` : `numbers ${from} to ${through}`} (${fill})`;
  }
  if (action.action === "publish" && action.version !== undefined) return ` number ${action.version}`;
  if (action.action === "grant") return ` to ${describeGrantee(action.grantee)}`;
  if (action.action === "revoke") return ` statement ${action.sid}`;
  return "";
}

/** The outcomes; `finish` are the commands for what failed. */
export function publishResult(
  context: CommandContext,
  outcomes: readonly PublishOutcome[],
  { tolerance, finish }: { readonly tolerance: Tolerance; readonly finish: readonly string[] },
): Outcome {
  const failed = outcomes.flatMap((outcome) => (outcome.error ? [{ ...outcome, error: outcome.error }] : []));
  const standing = standingOf(
    outcomes.map(({ region, error }) => ({ region, failed: error !== undefined })),
    tolerance.allowFail,
  );
  const subject = subjects(outcomes);
  tellFailedRegions(
    context,
    failed.map((layer) => ({ region: layer.region, subject: subject(layer), error: layer.error })),
  );
  for (const { text, whole } of summarize(outcomes)) {
    if (whole) context.progress.step(text);
    else context.tell(`${context.story.colors.red("✗")} ${text}`);
  }
  const exitCode = statusOf(standing, tolerance);
  const count = (result: PublishOutcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  const shared = count("shared");
  const counts = [`${count("published")} published`, ...(shared > 0 ? [`${shared} shared`] : [])];
  context.tell(`${[...counts, `${count("unchanged")} unchanged`, `${count("failed")} failed`].join(", ")}`);
  if (standing.allowed.length > 0) context.tell(`May be missing (--allow-fail): ${standing.allowed.join(", ")}`);
  if (exitCode === 1 && standing.complete.length > 0) {
    context.tell(
      `Only ${standing.complete.length} of at least ${tolerance.minRegions} regions are complete (--min-regions).`,
    );
  }
  if (finish.length > 0) context.tell(`Run again what failed: ${finish.join("\nand: ")}`);
  return {
    document: { schemaVersion: 1, layers: outcomes, summary: { ...standing, finish } },
    text: outcomes.flatMap(({ arn }) => arn ?? []).join("\n"),
    exitCode,
  };
}

function plannedLayer({ region, architecture, layerName, codeSha256, newest, actions }: LayerPlan): object {
  const present = newest && { arn: newest.arn, version: newest.version };
  return { region, architecture, layerName, codeSha256, ...present, actions };
}
