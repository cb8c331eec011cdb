// publish: one layer version for each architecture in each region, once.
import type { Command } from "@commander-js/extra-typings";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import { type CommandContext, defineCommand, type Outcome } from "../command.ts";
import { carryOutPlan } from "../publish/carry-out.ts";
import { finishCommands } from "../publish/finish.ts";
import { describedJob, type PublishJob } from "../publish/job.ts";
import { lookAround } from "../publish/look.ts";
import { type PublishOptions, publishOptions } from "../publish/options.ts";
import { savedJob, savePlan } from "../publish/plan-file.ts";
import { planResult, publishResult } from "../publish/result.ts";
import { agreeToShare } from "../publish/sharing.ts";
import { waitForTurn } from "../publish/turn.ts";

const endings = `
Exit status:
  0  everything is where it was wanted, or may be missing (--allow-fail)
  3  some regions are missing; the command that finishes it is printed
  1  fewer regions are complete than --min-regions says
  2  wrong usage, or nobody has said yes: nothing was done

--json prints {layers, summary}: a layer has region, architecture, layerName,
codeSha256, result (published, shared, unchanged, failed), arn and version, and
what there was of filled, granted, revoked and error; the summary has the
regions that are complete, missing and allowed, and in finish the commands.
With --dry-run, {dryRun, layers}: a layer has its actions, each with a reason.`;

export const publish = defineCommand({
  name: "publish",
  summary: "publish what was built as layers; what a region has already is left alone",
  examples: [
    "lambda-ext publish",
    "lambda-ext publish --build  # build and publish in one go",
    "lambda-ext publish --regions eu-west-1,us-east-1 --dry-run",
    "lambda-ext publish --regions all --arch arm64",
    "lambda-ext publish --regions all --allow-fail me-south-1 --min-regions 30",
    "lambda-ext publish --public --yes",
    "lambda-ext publish --align placeholder  # the same number everywhere",
    "lambda-ext publish --regions all --bucket 'zips-{account}-{region}'  # for zips above 50 MB",
    "lambda-ext publish --dry-run --plan-file plan.json",
    "lambda-ext publish --plan plan.json",
    "lambda-ext publish --local --fault op=PublishLayerVersion,kind=lost-answer,count=1  # rehearse a bad day",
    "lambda-ext publish --zip layer.zip --layer-name theirs  # a layer that was made elsewhere",
  ],
  configure: (command: Command) => publishOptions(command).addHelpText("after", endings),
  run: async (context, options) => {
    const job = await jobOf({ ...context, faults: options.fault }, options);
    // Who only looks needs no turn.
    const turn = options.dryRun ? undefined : await waitForTurn(context, job);
    try {
      return await carryOutJob(context, options, job);
    } finally {
      await turn?.end();
    }
  },
});

async function jobOf(context: CommandContext, options: PublishOptions): Promise<PublishJob> {
  if (options.plan === undefined) return await describedJob(context, options);
  return await savedJob(context, options, options.plan);
}

async function carryOutJob(context: CommandContext, options: PublishOptions, job: PublishJob): Promise<Outcome> {
  const { wish, patience } = job;
  const ledger = await openLedger(ledgerFile(context.env, process.platform));
  const { wanted, sightings } = await lookAround(context, job, { ledger });
  const plan = await job.decide(wanted, sightings);
  if (options.planFile !== undefined) await savePlan(context, options.planFile, { ...job, plan });
  if (options.dryRun) return planResult(context, plan, patience);
  await agreeToShare(context, plan, wish.sharing);
  const outcomes = await carryOutPlan(context, job, { plan, ledger });
  const told = { globals: context.globals, options, aligned: wish.align !== undefined, platform: process.platform };
  const finish = finishCommands(outcomes, told);
  return publishResult(context, outcomes, { tolerance: patience, finish });
}
