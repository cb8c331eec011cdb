// mirror: the same layer version in other regions, under one's own account.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { withTemporaryFolder } from "../../model/temporary.ts";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import type { PublishPlan } from "../../publish/plan/actions.ts";
import { type CommandContext, defineCommand, type Outcome } from "../command.ts";
import { finishMirror } from "../mirror/finish.ts";
import { type MirrorJob, mirrorJob } from "../mirror/job.ts";
import { type MirrorOptions, mirrorOptions } from "../mirror/options.ts";
import { tellDifferences, tellOriginal, withOriginal } from "../mirror/result.ts";
import { carryOutPlan } from "../publish/carry-out.ts";
import { lookAround } from "../publish/look.ts";
import { planResult, publishResult } from "../publish/result.ts";
import { agreeToShare } from "../publish/sharing.ts";
import { waitForTurn } from "../publish/turn.ts";

const example = "arn:aws:lambda:us-east-1:123456789012:layer:their-layer:7";

export const mirror = defineCommand({
  name: "mirror",
  summary: "copy a layer version, your own or a vendor's, to regions of your account",
  examples: [
    `lambda-ext mirror ${example} --to-region eu-west-1,eu-central-1`,
    `lambda-ext mirror ${example} --to-region all --dry-run`,
    `lambda-ext mirror ${example} --to-region us-east-1 --layer-name our-copy`,
  ],
  configure: mirrorOptions,
  run: async (context, options, arn) =>
    await withTemporaryFolder(join(tmpdir(), "lambda-ext-mirror-"), async (folder) => {
      const job = await mirrorJob(
        { ...context, faults: options.fault },
        { arn, options, zip: join(folder, "layer.zip") },
      );
      tellOriginal(context, job.original);
      // Who only looks needs no turn.
      const turn = options.dryRun ? undefined : await waitForTurn(context, job);
      try {
        return withOriginal(await carryOut(context, job, { arn, options }), job.original);
      } finally {
        await turn?.end();
      }
    }),
});

interface Told {
  readonly arn: string;
  readonly options: MirrorOptions;
}

async function carryOut(context: CommandContext, job: MirrorJob, { arn, options }: Told): Promise<Outcome> {
  const { connection, wish, patience, original } = job;
  const ledger = await openLedger(ledgerFile(context.env, process.platform));
  const { wanted, sightings } = await lookAround(context, job, { ledger });
  const plan = await job.decide(wanted, sightings);
  if (options.dryRun) return planResult(context, plan, patience);
  await agreeToShare(context, plan, wish.sharing);
  if (publishes(plan)) await download(context, job);
  const applied = await carryOutPlan(context, job, { plan, ledger });
  const { compareCopies } = await import("../../publish/mirror/compare.ts");
  const compared = await compareCopies(connection, original, applied);
  tellDifferences(context, compared);
  const outcomes = compared.map(({ outcome }) => outcome);
  const finish = finishMirror(outcomes, { arn, globals: context.globals, options, platform: process.platform });
  return publishResult(context, outcomes, { tolerance: patience, finish });
}

function publishes(plan: PublishPlan): boolean {
  return plan.some(({ actions }) => actions.some(({ action }) => action === "publish"));
}

async function download({ progress }: CommandContext, job: MirrorJob): Promise<void> {
  const task = progress.start("Downloading the zip");
  try {
    await job.download();
  } finally {
    task.done();
  }
}
