// The command line that finishes a mirror which failed somewhere.
import { endpointName } from "../../model/target.ts";
import type { PublishOutcome } from "../../publish/apply/outcome.ts";
import type { Globals } from "../globals.ts";
import { flag, quote } from "../publish/finish.ts";
import type { MirrorOptions } from "./options.ts";

/** What the command was told. */
export interface Told {
  readonly arn: string;
  readonly globals: Globals;
  readonly options: MirrorOptions;
  /** Whose shell reads the line. */
  readonly platform: NodeJS.Platform;
}

/** For the regions that failed; none where nothing did. What has its copy already needs no `--force` to be shared. */
export function finishMirror(outcomes: readonly PublishOutcome[], told: Told): readonly string[] {
  const failed = outcomes.filter(({ error }) => error !== undefined);
  if (failed.length === 0) return [];
  const { arn, globals, options, platform } = told;
  const regions = [...new Set(failed.map(({ region }) => region))];
  const { config, profile, endpointUrl, local, yes } = globals;
  const words = [
    arn,
    ...flag("--to-region", regions),
    ...flag("--config", config),
    ...flag("--profile", profile),
    ...flag("--endpoint-url", endpointUrl && endpointName(endpointUrl)),
    ...flag("--layer-name", options.layerName),
    ...flag("--public", options.public),
    ...flag("--account", options.account),
    ...flag("--org", options.org),
    ...flag("--private", options.private),
    ...flag("--bucket", options.bucket),
    ...flag("--region-timeout", options.regionTimeout),
    ...flag(
      "--allow-fail",
      options.allowFail?.filter((region) => regions.includes(region)),
    ),
    ...(local === undefined ? [] : [local ? "--local" : "--no-local"]),
    ...flag("--force", options.force && failed.some(({ version }) => version === undefined)),
    ...flag("--yes", yes),
  ];
  return [["lambda-ext", "mirror", ...words.map((word) => quote(word, platform))].join(" ")];
}
