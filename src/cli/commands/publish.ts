// publish: one layer version for each architecture in each region, once.
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
  configure: publishOptions,
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
  const finish = finishCommands(outcomes, { globals: context.globals, options, platform: process.platform });
  return publishResult(context, outcomes, { tolerance: patience, finish });
}
