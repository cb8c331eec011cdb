// What publish shows: the plan under --dry-run, the ARNs otherwise, and for every failure what to do.

import { describeGrantee } from "../../model/sharing.ts";
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import type { LayerPlan, PlannedAction, PublishPlan } from "../../publish/plan/actions.ts";
import type { Failure } from "../../publish/plan/sighting.ts";
import type { CommandContext, Outcome } from "../command.ts";

/** The plan, as it would be carried out. */
export function planResult(context: CommandContext, plan: PublishPlan): Outcome {
  const failed = plan.flatMap((layer) =>
    layer.actions.flatMap((action) => (action.action === "failed" ? [{ ...layer, error: action.error }] : [])),
  );
  tellFailures(context, failed);
  const lines = plan.flatMap(({ region, layerName, actions }) =>
    actions.filter(({ action }) => action !== "failed").map((action) => ({ region, layerName, action })),
  );
  return {
    document: { schemaVersion: 1, dryRun: true, layers: plan.map(plannedLayer) },
    text: lines
      .map(({ region, layerName, action }) => {
        const verb = action.action.padEnd("unchanged".length);
        const colored = action.action === "unchanged" ? context.colors.dim(verb) : context.colors.green(verb);
        return `${colored} ${region} ${layerName}${objectOf(action)}: ${action.reason}`;
      })
      .join("\n"),
    exitCode: exitCodeOf(failed.length, plan.length),
  };
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

/** The outcomes; `again` is the command for the regions that failed, without their list. */
export function publishResult(
  context: CommandContext,
  outcomes: readonly PublishOutcome[],
  again: readonly string[],
): Outcome {
  const failed = outcomes.flatMap((outcome) => (outcome.error ? [{ ...outcome, error: outcome.error }] : []));
  tellFailures(context, failed);
  if (failed.length > 0) {
    const regions = [...new Set(failed.map(({ region }) => region))].join(",");
    context.tell(`Run again what failed: ${["lambda-ext", "publish", "--regions", regions, ...again].join(" ")}`);
  }
  const count = (result: PublishOutcome["result"]) => outcomes.filter((outcome) => outcome.result === result).length;
  context.progress.step(`${count("published")} published, ${count("unchanged")} unchanged, ${count("failed")} failed`);
  return {
    document: { schemaVersion: 1, layers: outcomes },
    text: outcomes.flatMap(({ arn }) => arn ?? []).join("\n"),
    exitCode: exitCodeOf(failed.length, outcomes.length),
  };
}

function plannedLayer({ region, architecture, layerName, codeSha256, newest, actions }: LayerPlan): object {
  const present = newest && { arn: newest.arn, version: newest.version };
  return { region, architecture, layerName, codeSha256, ...present, actions };
}

interface Failed {
  readonly region: string;
  readonly layerName: string;
  readonly error: Failure;
}

/** So many failures of one kind are told one by one; of more (no credentials, thirty-four regions) the first stands for the rest. */
const mostTold = 4;

function tellFailures(context: CommandContext, failed: readonly Failed[]): void {
  const kinds = new Set(failed.map(({ error }) => error.code));
  for (const kind of kinds) {
    const alike = failed.filter(({ error }) => error.code === kind);
    const told = alike.length > mostTold ? alike.slice(0, 1) : alike;
    for (const { region, layerName, error } of told) {
      context.tell(`✗ ${region} ${layerName}: ${error.message}${error.hint === "" ? "" : `\n  ${error.hint}`}`);
    }
    const rest = alike.slice(told.length).map(({ region, layerName }) => `${region} ${layerName}`);
    if (rest.length > 0) context.tell(`✗ and for the same reason (${kind}): ${rest.join(", ")}`);
  }
}

function exitCodeOf(failed: number, all: number): 0 | 1 | 3 {
  return failed === 0 ? 0 : failed === all ? 1 : 3;
}
