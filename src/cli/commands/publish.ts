// publish: one layer version for each architecture in each region, once.
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import { defineCommand } from "../command.ts";
import { finishCommands } from "../publish/finish.ts";
import { describedJob } from "../publish/job.ts";
import { lookAround } from "../publish/look.ts";
import { publishOptions } from "../publish/options.ts";
import { placeholderLayer } from "../publish/placeholder-layer.ts";
import { planResult, publishResult } from "../publish/result.ts";
import { agreeToShare } from "../publish/sharing.ts";
import { showLayers } from "../publish/show.ts";

export const publish = defineCommand({
  name: "publish",
  summary: "publish what was built as layers; what a region has already is left alone",
  examples: [
    "lambda-ext publish",
    "lambda-ext publish --build  # build and publish in one go",
    "lambda-ext publish --regions eu-west-1,us-east-1 --dry-run",
    "lambda-ext publish --regions all --arch arm64",
    "lambda-ext publish --local --fault op=PublishLayerVersion,kind=lost-answer,count=1  # rehearse a bad day",
    "lambda-ext publish --zip layer.zip --layer-name theirs  # a layer that was made elsewhere",
  ],
  configure: publishOptions,
  run: async (context, options) => {
    const [job, { applyPublish }] = await Promise.all([
      describedJob({ ...context, faults: options.fault }, options),
      import("../../publish/apply/apply.ts"),
    ]);
    const { connection, wish, patience } = job;
    const ledger = await openLedger(ledgerFile(context.env, process.platform));
    const { wanted, sightings } = await lookAround(context, job, ledger);
    const plan = await job.decide(wanted, sightings);
    if (options.dryRun) return planResult(context, plan, patience);
    await agreeToShare(context, plan, wish.sharing);
    const show = showLayers(context, plan);
    const outcomes = await applyPublish(connection, plan, {
      about: wish,
      ledger,
      placeholder: placeholderLayer,
      regionMilliseconds: patience.regionMilliseconds,
      watch: show.watch,
    }).finally(show.close);
    const finish = finishCommands(outcomes, { globals: context.globals, options, platform: process.platform });
    return publishResult(context, outcomes, { tolerance: patience, finish });
  },
});
