// publish: one layer version for each architecture in each region, once.
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import { defineCommand } from "../command.ts";
import { describedJob } from "../publish/job.ts";
import { publishOptions } from "../publish/options.ts";
import { placeholderLayer } from "../publish/placeholder-layer.ts";
import { planResult, publishResult } from "../publish/result.ts";
import { sameFlags } from "../publish/same-flags.ts";
import { agreeToShare } from "../publish/sharing.ts";

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
    const [{ connection, wanted, wish, decide }, { observeLayers }, { applyPublish }] = await Promise.all([
      describedJob({ ...context, faults: options.fault }, options),
      import("../../publish/observe.ts"),
      import("../../publish/apply/apply.ts"),
    ]);
    const ledger = await openLedger(ledgerFile(context.env, process.platform));
    const sightings = await observeLayers(connection, wanted, { grants: wish.sharing !== undefined, ledger });
    const plan = await decide(sightings);
    if (options.dryRun) return planResult(context, plan);
    await agreeToShare(context, plan);
    const outcomes = await applyPublish(connection, plan, { about: wish, ledger, placeholder: placeholderLayer });
    return publishResult(context, outcomes, sameFlags(context.globals, options));
  },
});
