// The flags that versions and prune share.
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { collectList, integer } from "../options.ts";

/** Adds them. */
export function surveyOptions(command: Command) {
  return command
    .argument("[layer...]", "names of layers (default: the project's, for both architectures)")
    .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
    .option("--all-regions", "the same as --regions all")
    .option("--region-timeout <seconds>", "give a region up after this long (default: 300)", integer(1));
}

/** What they were given. */
export type SurveyFlags = ReturnType<ReturnType<typeof surveyOptions>["opts"]>;

/** The regions that were named; undefined where none were. @throws usageError where they were named twice. */
export function namedRegions({ regions, allRegions }: SurveyFlags): readonly string[] | undefined {
  if (!allRegions) return regions;
  if (regions === undefined) return ["all"];
  throw usageError("Both all regions and some were asked for.", {
    code: "TwoRegionLists",
    hint: "Give --all-regions, or --regions.",
  });
}
