// prune: deletes versions of layers that nothing uses.
import type { Command } from "@commander-js/extra-typings";
import { parseSince } from "../../functions/logs/since.ts";
import { LambdaExtError, usageError } from "../../model/errors.ts";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import type { PruneStep } from "../../publish/prune/plan.ts";
import { type CommandContext, defineCommand } from "../command.ts";
import { collectList, integer } from "../options.ts";
import { openProject } from "../remote.ts";
import { layerNames } from "../versions/layers.ts";
import { planText, pruneDryRun, pruneResult } from "../versions/prune-result.ts";
import { connectRegions } from "../versions/regions.ts";

export const prune = defineCommand({
  name: "prune",
  summary: "delete versions of layers that no function has; shows them and asks first",
  examples: [
    "lambda-ext prune --keep 5 --dry-run",
    "lambda-ext prune --keep 5 --older-than 30d --all-regions",
    "lambda-ext prune --keep 1 --yes --regions eu-west-1 their-layer  # a layer of another name",
  ],
  configure: (command: Command) =>
    command
      .argument("[layer...]", "names of layers (default: the project's, for both architectures)")
      .requiredOption("--keep <n>", "the newest n of each layer, region and architecture stay", integer(1))
      .option("--older-than <age>", "delete only what is older: 12h, 30d, or made before a date")
      .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
      .option("--all-regions", "the same as --regions all")
      .option("--shared", "delete also what is shared: who else uses it cannot be seen")
      .option("--dry-run", "show what would be deleted"),
  run: async (context, options, words) => {
    const project = await openProject(context);
    const rule = { keep: options.keep, before: readAge(options.olderThan), shared: options.shared === true };
    const names = await layerNames(project, words);
    const [{ connection, regions }, { surveyVersions }, { planPrune }, { applyPrune }, ledger] = await Promise.all([
      connectRegions(context, project, options),
      import("../../publish/versions/survey.ts"),
      import("../../publish/prune/plan.ts"),
      import("../../publish/prune/apply.ts"),
      openLedger(ledgerFile(context.env, process.platform)),
    ]);
    const surveys = await surveyVersions(connection, { regions, layerNames: names, ledger, uses: "functions" });
    const plan = planPrune(
      surveys.flatMap((survey) => ("error" in survey ? [] : survey.versions)),
      rule,
    );
    const looked = {
      regions: regions.length,
      failed: surveys.flatMap((survey) => ("error" in survey ? [survey] : [])),
    };
    if (options.dryRun) return pruneDryRun(context, plan, looked);
    await agree(context, plan);
    return pruneResult(context, await applyPrune(connection, plan, rule), looked);
  },
});

function readAge(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  try {
    return parseSince(text, Date.now());
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    throw usageError(`${JSON.stringify(text)} is no age.`, {
      code: "InvalidAge",
      hint: "E.g. --older-than 30d, 12h, or a date: 2026-11-01.",
    });
  }
}

/** Shows the plan and asks. @throws usageError where nobody can be asked, or the answer is no. */
async function agree(context: CommandContext, plan: readonly PruneStep[]): Promise<void> {
  const going = plan.filter(({ action }) => action === "delete");
  const { story } = context;
  if (plan.length > 0) context.tell(planText(story, plan, story.columns));
  if (going.length === 0) return;
  const count = going.length === 1 ? "1 version" : `${going.length} versions`;
  context.tell(
    `${count} would go for good: nothing brings one back, and its number is never used again. What has one keeps it and goes on working.`,
  );
  if (context.globals.yes) return;
  if (context.interactive) {
    const { confirm } = await import("../confirm.ts");
    const terminal = { input: process.stdin, output: process.stderr, signal: context.signal };
    if (await confirm(`Delete ${count}?`, terminal)) return;
    throw usageError("Nothing was deleted.", { code: "NotConfirmed" });
  }
  throw usageError(`${count} would be deleted for good, and nobody can be asked here.`, {
    code: "NotConfirmed",
    hint: "Say that it is meant: --yes. Nothing was deleted; --dry-run shows what would be.",
  });
}
