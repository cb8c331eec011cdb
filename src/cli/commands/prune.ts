// prune: deletes versions of layers that nothing uses.
import type { Command } from "@commander-js/extra-typings";
import { parseSince } from "../../functions/logs/since.ts";
import { LambdaExtError, usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { integer } from "../options.ts";
import { agreeToPrune } from "../versions/agree.ts";
import { lookAtVersions } from "../versions/look.ts";
import { surveyOptions } from "../versions/options.ts";
import { pruneDryRun, pruneResult } from "../versions/prune-result.ts";

export const prune = defineCommand({
  name: "prune",
  summary: "delete versions of layers that no function has; shows them and asks first",
  examples: [
    "lambda-ext prune --keep 5 --dry-run",
    "lambda-ext prune --keep 5 --older-than 30d --all-regions",
    "lambda-ext prune --keep 1 --yes --regions eu-west-1 their-layer  # a layer of another name",
  ],
  configure: (command: Command) =>
    surveyOptions(command)
      .requiredOption("--keep <n>", "the newest n of each layer, region and architecture stay", integer(1))
      .option("--older-than <age>", "delete only what is older: 12h, 30d, or made before a date")
      .option("--shared", "delete also what is shared: who else uses it cannot be seen")
      .option("--dry-run", "show what would be deleted"),
  run: async (context, options, words) => {
    const rule = { keep: options.keep, before: readAge(options.olderThan), shared: options.shared === true };
    const [look, { planPrune }, { applyPrune }] = await Promise.all([
      lookAtVersions(context, { flags: options, words, uses: "functions" }),
      import("../../publish/prune/plan.ts"),
      import("../../publish/prune/apply.ts"),
    ]);
    const plan = planPrune(look.versions, rule);
    if (options.dryRun) return pruneDryRun(context, plan, look);
    await agreeToPrune(context, plan);
    const { regionMilliseconds } = look.patience;
    const outcomes = await applyPrune(look.connection, plan, { shared: rule.shared, regionMilliseconds });
    return pruneResult(context, outcomes, look);
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
