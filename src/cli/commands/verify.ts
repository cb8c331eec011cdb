// verify: what every region has, against the local build; --fix mends what differs.
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { ledgerFile, noLedger, openLedger } from "../../publish/ledger.ts";
import type { PublishPlan } from "../../publish/plan/actions.ts";
import type { Comparison, Verdict } from "../../publish/verify/compare.ts";
import type { WantedLayer } from "../../publish/wish.ts";
import { type CommandContext, defineCommand, type Outcome } from "../command.ts";
import { integer } from "../options.ts";
import { carryOutPlan } from "../publish/carry-out.ts";
import { describedJob, type PublishJob } from "../publish/job.ts";
import { lookAround } from "../publish/look.ts";
import { layerOptions } from "../publish/options.ts";
import { waitForTurn } from "../publish/turn.ts";
import { agreeToMend, changes } from "../verify/mend.ts";
import { fixResult, verdictTable, verifyResult } from "../verify/result.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "compare what every region has with what publish would leave there; mend what differs",
  examples: [
    "lambda-ext verify",
    "lambda-ext verify --regions all --public  # also who may use the versions",
    "lambda-ext verify --number 7 --regions eu-west-1,us-east-1",
    "lambda-ext verify --fix --yes",
    "lambda-ext verify --zip layer.zip --layer-name theirs  # a layer that was made elsewhere",
  ],
  configure: (command: Command) =>
    layerOptions(command)
      .option("--number <n>", "compare the versions of this number instead of the newest", integer(1))
      .option("--fix", "grant and revoke, and publish new versions where bytes or words differ; asks first"),
  run: async (context, { number, fix, ...described }) => {
    const job = await describedJob(context, described, { exact: true });
    if (number !== undefined) refuseSharedNumber(job.wanted);
    // Who only looks needs no turn.
    const turn = fix ? await waitForTurn(context, job) : undefined;
    try {
      return await verifyJob(context, { number, fix: fix === true }, job);
    } finally {
      await turn?.end();
    }
  },
});

interface VerifyFlags {
  readonly number: number | undefined;
  readonly fix: boolean;
}

async function verifyJob(context: CommandContext, { number, fix }: VerifyFlags, job: PublishJob): Promise<Outcome> {
  const [{ compareLayers, needsNewVersion }, ledger] = await Promise.all([
    import("../../publish/verify/compare.ts"),
    openLedger(ledgerFile(context.env, process.platform)),
  ]);
  // Whoever verifies wants to know what is there, not what this machine has written down.
  const { wanted, sightings } = await lookAround(context, job, { ledger: noLedger, version: number });
  const comparison = { wanted, sightings, wish: job.wish, newest: number === undefined };
  const verdicts = compareLayers(comparison);
  const differing = verdicts.some(({ result }) => result === "different" || result === "missing");
  // A version that was named by its number can't be mended by another one.
  const mendable = number === undefined || !verdicts.every((verdict) => needsNewVersion(verdict));
  if (differing && mendable && !fix) context.tell("What differs is mended by the same command with --fix.");
  if (!differing || !fix) return verifyResult(context, verdicts, job.patience);

  const { plan, left } = await planFix(context, { job, comparison, verdicts });
  if (!changes(plan)) return verifyResult(context, verdicts, job.patience);
  await agreeToMend(context, plan);
  const outcomes = await carryOutPlan(context, job, { plan, ledger });
  return fixResult(context, verdicts, { outcomes, left, tolerance: job.patience });
}

interface Found {
  readonly job: PublishJob;
  readonly comparison: Comparison;
  readonly verdicts: readonly Verdict[];
}

/** What can be done; `left` differences are of versions that were named by their number, and stay. */
async function planFix(
  context: CommandContext,
  { job, comparison, verdicts }: Found,
): Promise<{ readonly plan: PublishPlan; readonly left: number }> {
  const { story } = context;
  if (comparison.newest) {
    const plan = await job.decide(comparison.wanted, comparison.sightings);
    if (changes(plan)) context.tell(verdictTable(story, verdicts, story.columns));
    return { plan, left: 0 };
  }
  const [{ needsNewVersion }, { planGivenVersions }] = await Promise.all([
    import("../../publish/verify/compare.ts"),
    import("../../publish/verify/fix.ts"),
  ]);
  const plan = planGivenVersions(comparison);
  if (changes(plan)) context.tell(verdictTable(story, verdicts, story.columns));
  const left = verdicts.filter(needsNewVersion).length;
  if (left > 0) {
    context.tell(
      "A version never changes: only a new one, with another number, can have\nother bytes or other words: lambda-ext publish",
    );
  }
  return { plan, left };
}

/** @throws usageError where one number would stand for the versions of both architectures. */
function refuseSharedNumber(wanted: readonly WantedLayer[]): void {
  const architectures = new Set(wanted.map(({ architecture }) => architecture));
  if (architectures.size < 2 || !wanted.some(({ shared }) => shared)) return;
  throw usageError("Both architectures are versions of one layer, and one number can't be that of both.", {
    code: "AmbiguousVersion",
    hint: "Say which it is: --arch amd64 or arm64.",
  });
}
