// The flags of publish.
import { type Command, Option } from "@commander-js/extra-typings";
import { fills } from "../../publish/wish.ts";
import { faultOption } from "../fault-option.ts";
import { archOption, collectList, integer, sizeOption } from "../options.ts";

/** Adds those that say what is to be where, and how much may go wrong. */
export function layerOptions(command: Command) {
  return command
    .option("--regions <regions>", "a,b, or all (default: the configuration's, else one)", collectList)
    .addOption(archOption("amd64, arm64 or all (default: what was built)"))
    .option("--zip <file>", "this zip instead, as it is: a layer that was made elsewhere")
    .option("--layer-name <name>", "may hold {name} and {arch}")
    .option("--description <text>", "of the layer versions")
    .option("--license <license>", "an SPDX identifier or a URL")
    .option("--compatible-runtimes <runtimes>", "a,b", collectList)
    .option("--out-dir <folder>", "where the build left its manifest (default: dist, beside the configuration)")
    .option("--public", "let every AWS account use the versions")
    .option("--account <ids>", "let these accounts use them: a,b", collectList)
    .option("--org <ids>", "let these organizations use them: a,b", collectList)
    .option("--private", "let nobody else use them; takes away what was granted")
    .addOption(new Option("--align <fill>", "give every region the same number; what fills a gap").choices(fills))
    .option("--bucket <name>", "in each region, for zips above 50 MB; may hold {region} and {account}")
    .option("--allow-fail <regions>", "regions that may be missing: a,b", collectList)
    .option("--min-regions <count>", "with fewer complete ones, it failed (default: 1)", integer(1))
    .option("--region-timeout <seconds>", "give a region up after this long (default: 300)", integer(1));
}

/** Adds all of publish's. */
export function publishOptions(command: Command) {
  return layerOptions(command)
    .option("--build", "build first, also where there is a build already")
    .addOption(sizeOption("with --build: "))
    .addOption(faultOption())
    .option("--dry-run", "show what would be published")
    .option("--plan-file <file>", "write the plan to a file, too")
    .option("--plan <file>", "carry out a plan that was written, unless anything has changed since")
    .option("--force", "publish also what has not changed");
}

/** What they were given. */
export type PublishOptions = ReturnType<ReturnType<typeof publishOptions>["opts"]>;
