// verify: what every region has, against the local build; --fix mends what differs.
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import { defineCommand } from "../command.ts";
import { archOption, collectList, integer } from "../options.ts";
import { describedJob } from "../publish/job.ts";
import { placeholderLayer } from "../publish/placeholder-layer.ts";
import { agreeToMend, changes } from "../verify/mend.ts";
import { fixResult, verdictTable, verifyResult } from "../verify/result.ts";

export const verify = defineCommand({
  name: "verify",
  summary: "compare what every region has with the local build, and mend what differs",
  examples: [
    "lambda-ext verify",
    "lambda-ext verify --regions all --public  # also who may use the versions",
    "lambda-ext verify --number 7 --regions eu-west-1,us-east-1",
    "lambda-ext verify --fix --yes",
    "lambda-ext verify --zip layer.zip --layer-name theirs  # a layer that was made elsewhere",
  ],
  configure: (command: Command) =>
    command
      .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
      .addOption(archOption("amd64, arm64 or all (default: what was built)"))
      .option("--number <n>", "compare the versions of this number instead of the newest", integer(1))
      .option("--zip <file>", "compare with this zip instead: a layer that was made elsewhere")
      .option("--layer-name <name>", "may hold {name} and {arch}")
      .option("--description <text>", "that the layer versions should have")
      .option("--license <license>", "the same")
      .option("--compatible-runtimes <runtimes>", "a,b: the same", collectList)
      .option("--out-dir <folder>", "where the build left its manifest (default: dist, beside the configuration)")
      .option("--public", "everybody should be able to use them")
      .option("--account <ids>", "these accounts should, and nobody else: a,b", collectList)
      .option("--org <ids>", "these organizations should, and nobody else: a,b", collectList)
      .option("--private", "nobody else should")
      .option("--fix", "grant and revoke, and publish new versions where bytes or words differ; asks first"),
  run: async (context, options) => {
    const { number: version, fix, ...described } = options;
    const [job, { observeLayers }, { compareLayers, needsNewVersion }, { planGivenVersions }, ledger] =
      await Promise.all([
        describedJob(context, described, { exact: true }),
        import("../../publish/observe.ts"),
        import("../../publish/verify/compare.ts"),
        import("../../publish/verify/fix.ts"),
        openLedger(ledgerFile(context.env, process.platform)),
      ]);
    const { connection, wanted, wish } = job;
    if (
      version !== undefined &&
      wanted.some(({ shared }) => shared) &&
      new Set(wanted.map(({ architecture }) => architecture)).size > 1
    ) {
      throw usageError("Both architectures are versions of one layer, and one number can't be that of both.", {
        code: "AmbiguousVersion",
        hint: "Say which it is: --arch amd64 or arm64.",
      });
    }
    const sightings = await observeLayers(connection, wanted, { grants: wish.sharing !== undefined, ledger, version });
    const comparison = { wanted, sightings, wish, newest: version === undefined };
    const verdicts = compareLayers(comparison);
    if (!fix || verdicts.every(({ result }) => result === "same" || result === "failed")) {
      const left = verdicts.some(({ result }) => result === "different" || result === "missing");
      if (left) context.tell("What differs is mended by the same command with --fix.");
      return verifyResult(context, verdicts);
    }
    const plan = version === undefined ? await job.decide(wanted, sightings) : planGivenVersions(comparison);
    const left = version === undefined ? [] : verdicts.filter(needsNewVersion);
    const { story } = context;
    context.tell(verdictTable(story, verdicts, story.columns));
    if (left.length > 0) {
      context.tell(
        "A version never changes: what differs in its bytes or words only a new one can have. Publish one: lambda-ext publish",
      );
    }
    if (!changes(plan)) return verifyResult(context, verdicts);
    await agreeToMend(context, plan);
    const { applyPublish } = await import("../../publish/apply/apply.ts");
    const outcomes = await applyPublish(connection, plan, { about: wish, ledger, placeholder: placeholderLayer });
    return fixResult(context, verdicts, { outcomes, left: left.length });
  },
});
