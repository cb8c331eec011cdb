// versions: what is published where, shared with whom, and who uses it.
import type { Command } from "@commander-js/extra-typings";
import { defineCommand } from "../command.ts";
import { lookAtVersions } from "../versions/look.ts";
import { surveyOptions } from "../versions/options.ts";
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
    surveyOptions(command).option("--used-by", "also tell which functions have them, with their versions and aliases"),
  run: async (context, options, words) => {
    const usedBy = options.usedBy === true;
    const look = await lookAtVersions(context, { flags: options, words, uses: usedBy ? "aliases" : "none" });
    return versionsResult(context, look, { usedBy });
  },
});
