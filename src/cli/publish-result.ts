// What publish shows: the plan under --dry-run, the ARNs otherwise, and for every failure what to do.
import type { PublishOutcome } from "../publish/apply.ts";
import type { Failure, PublishAction, PublishPlan } from "../publish/plan.ts";
import type { CommandContext, Outcome } from "./command.ts";

/** The plan, as it would be carried out. */
export function planResult(context: CommandContext, plan: PublishPlan): Outcome {
  const failed = plan.flatMap((action) => (action.action === "failed" ? [action] : []));
  tellFailures(context, failed);
  return {
    document: { schemaVersion: 1, dryRun: true, layers: plan.map(plannedLayer) },
    text: plan
      .filter(({ action }) => action !== "failed")
      .map(({ region, layerName, action, reason }) => {
        const verb = action === "publish" ? context.colors.green("publish  ") : context.colors.dim("unchanged");
        return `${verb} ${region} ${layerName}: ${reason}`;
      })
      .join("\n"),
    exitCode: exitCodeOf(failed.length, plan.length),
  };
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

function plannedLayer(action: PublishAction): object {
  const { region, architecture, layerName, codeSha256, reason } = action;
  const about = { region, architecture, layerName, codeSha256, action: action.action, reason };
  if (action.action === "failed") return { ...about, error: action.error };
  return { ...about, ...(action.newest && { arn: action.newest.arn, version: action.newest.version }) };
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
