// The flags of mirror.
import type { Command } from "@commander-js/extra-typings";
import { faultOption } from "../fault-option.ts";
import { collectList, integer } from "../options.ts";

/** Adds them. */
export function mirrorOptions(command: Command) {
  return command
    .argument("<arn>", "of a layer version: your own, or one that you may use")
    .requiredOption("--to-region <regions>", "where copies are to be: a,b, or all", collectList)
    .option("--layer-name <name>", "of the copies (default: the original's)")
    .option("--public", "let every AWS account use the copies")
    .option("--account <ids>", "let these accounts use them: a,b", collectList)
    .option("--org <ids>", "let these organizations use them: a,b", collectList)
    .option("--private", "let nobody else use them; takes away what was granted")
    .option("--bucket <name>", "in each region, for zips above 50 MB; may hold {region} and {account}")
    .option("--allow-fail <regions>", "regions that may be missing: a,b", collectList)
    .option("--min-regions <count>", "with fewer complete ones, it failed (default: 1)", integer(1))
    .option("--region-timeout <seconds>", "give a region up after this long (default: 300)", integer(1))
    .addOption(faultOption())
    .option("--dry-run", "show what would be copied")
    .option("--force", "copy also what is there already");
}

/** What they were given. */
export type MirrorOptions = ReturnType<ReturnType<typeof mirrorOptions>["opts"]>;
