// versions: what is published where, shared with whom, and who uses it.
import type { Command } from "@commander-js/extra-typings";
import { ledgerFile, openLedger } from "../../publish/ledger.ts";
import { defineCommand } from "../command.ts";
import { collectList } from "../options.ts";
import { openProject } from "../remote.ts";
import { layerNames } from "../versions/layers.ts";
import { connectRegions } from "../versions/regions.ts";
import { versionsResult } from "../versions/result.ts";

export const versions = defineCommand({
  name: "versions",
  summary: "list what is published where, shared with whom, and who uses it",
  examples: [
    "lambda-ext versions",
    "lambda-ext versions --all-regions --used-by",
    "lambda-ext versions --regions eu-west-1,us-east-1 --json",
    "lambda-ext versions their-layer --region eu-west-1  # a layer of another name",
  ],
  configure: (command: Command) =>
    command
      .argument("[layer...]", "names of layers (default: the project's, for both architectures)")
      .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
      .option("--all-regions", "the same as --regions all")
      .option("--used-by", "also tell which functions have them, with their versions and aliases"),
  run: async (context, options, words) => {
    const project = await openProject(context);
    const names = await layerNames(project, words);
    const [{ connection, regions }, { surveyVersions }, ledger] = await Promise.all([
      connectRegions(context, project, options),
      import("../../publish/versions/survey.ts"),
      openLedger(ledgerFile(context.env, process.platform)),
    ]);
    const usedBy = options.usedBy === true;
    const surveys = await surveyVersions(connection, {
      regions,
      layerNames: names,
      ledger,
      uses: usedBy ? "aliases" : "none",
    });
    return versionsResult(context, surveys, { layerNames: names, usedBy });
  },
});
