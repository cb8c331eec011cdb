// arns: the table of a layer's ARNs in the form that its readers need.
import { resolve } from "node:path";
import { type Command, Option } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { type ArnFormat, arnFormatOf, arnFormats, arnForms } from "../../publish/arns/formats.ts";
import { layerFamilies } from "../arns/families.ts";
import { openArnFile } from "../arns/file.ts";
import { collectArns } from "../arns/result.ts";
import { type CommandContext, defineCommand, type Outcome } from "../command.ts";
import { archOption, collectList, integer } from "../options.ts";
import { connectRegions } from "../publish/regions.ts";
import { readPatience } from "../publish/tolerance.ts";
import { openProject } from "../remote.ts";
import { namedRegions } from "../versions/options.ts";
import { openOutput } from "../write-file.ts";

export const arns = defineCommand({
  name: "arns",
  summary: "print the newest ARNs for a README, Terraform, CloudFormation, SAM, the CDK",
  examples: [
    "lambda-ext arns --all-regions",
    "lambda-ext arns --update README.md  # what is between its markers",
    "lambda-ext arns --update README.md --check  # in CI: 1 where it is out of date",
    "lambda-ext arns --format terraform --update arns.tf",
    "lambda-ext arns --format cloudformation --regions eu-west-1,us-east-1",
    "lambda-ext arns their-layer --json | jq -r '.arns[].arn'",
  ],
  configure: (command: Command) =>
    command
      .argument("[layer...]", "names of layers (default: the project's, for both architectures)")
      .addOption(
        new Option("--format <format>", "its form (default: as FILE's name says, else markdown)").choices(arnFormats),
      )
      .option("--update <file>", "write the table between the markers in this file")
      .option("--check", "with --update: change nothing, exit 1 where it would be changed")
      .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
      .option("--all-regions", "the same as --regions all")
      .addOption(archOption("amd64, arm64 or all (default: what is published)"))
      .option("--allow-fail <regions>", "regions that may be missing: a,b", collectList)
      .option("--region-timeout <seconds>", "give a region up after this long (default: 300)", integer(1)),
  run: async (context, options, words) => {
    const { update, check } = options;
    if (check && update === undefined) {
      throw usageError("--check was given without a file to look at.", {
        code: "CheckWithoutFile",
        hint: "E.g. lambda-ext arns --update README.md --check",
      });
    }
    const format = options.format ?? formatFor(update);
    // Before anything is asked of AWS: a file that cannot be updated is told at once.
    const place = update === undefined ? undefined : { path: resolve(context.cwd, update), file: update, format };
    if (place) await openArnFile(place);
    const write = place === undefined || check ? undefined : await openOutput(place.path);
    const project = await openProject(context);
    const families = await layerFamilies(project, words, options.arch);
    const { allowFail, regionMilliseconds } = readPatience(options, project.publish);
    const [{ connection, regions, everywhere, guessed }, { findArns }] = await Promise.all([
      connectRegions(context, project, namedRegions(options)),
      import("../../publish/arns/find.ts"),
    ]);
    const found = await look(context, regions.length, (looked) =>
      findArns(connection, { families, regions, regionMilliseconds, looked }),
    );
    const { table, document, complete } = collectArns(context, found, { families, everywhere, guessed, allowFail });
    const status = complete ? 0 : table.length > 0 ? 3 : 1;
    if (!place || update === undefined) {
      return { document, text: arnForms[format].render(table, { nested: false }), exitCode: status };
    }
    if (!complete) {
      context.tell(`${update} was left as it is: the table is not complete. What may be missing: --allow-fail`);
      return { document: { ...document, file: update, result: "incomplete" }, exitCode: status };
    }
    // Read anew: somebody may have been writing in it meanwhile.
    const file = await openArnFile(place);
    const changed = file.change(table);
    if (changed) await write?.(changed);
    return updateResult(context, document, { update, result: resultOf(changed !== undefined, file.there, check) });
  },
});

/** Looks, with a word on how far that is. */
async function look<Found>(
  { progress }: CommandContext,
  regions: number,
  find: (looked: () => void) => Promise<Found>,
): Promise<Found> {
  const what = `Looking at ${regions === 1 ? "1 region" : `${regions} regions`}`;
  const task = progress.start(what);
  let done = 0;
  try {
    return await find(() => task.update(`${what}: ${++done} done`));
  } finally {
    task.done();
  }
}

type UpdateResult = "unchanged" | "updated" | "created" | "outdated";

function resultOf(changed: boolean, there: boolean, check: true | undefined): UpdateResult {
  if (!changed) return "unchanged";
  if (check) return "outdated";
  return there ? "updated" : "created";
}

interface Updated {
  readonly update: string;
  readonly result: UpdateResult;
}

function updateResult(context: CommandContext, document: object, { update, result }: Updated): Outcome {
  const words = {
    unchanged: `${update} is up to date`,
    updated: `${update} was updated`,
    created: `${update} was made`,
    outdated: `${update} is out of date. Bring it up to date: the same command without --check`,
  };
  if (result === "outdated") context.tell(`✗ ${words.outdated}`);
  else context.progress.step(words[result]);
  return { document: { ...document, file: update, result }, exitCode: result === "outdated" ? 1 : 0 };
}

function formatFor(file: string | undefined): ArnFormat {
  if (file === undefined) return "markdown";
  const format = arnFormatOf(file);
  if (format) return format;
  throw usageError(`${file} does not say by its name which format it is in.`, {
    code: "UnknownFormat",
    hint: `Add --format ${arnFormats.join(", ")}.`,
  });
}
