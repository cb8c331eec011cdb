// local start: starts the endpoint where none runs with the settings that were chosen.
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { addSettingOptions, withSettings } from "../setting-options.ts";

export const localStart = defineCommand({
  name: "start",
  summary: "start it in the background, where none runs like that",
  examples: [
    "lambda-ext local start",
    "lambda-ext local start --no-freeze  # in place of one that freezes; other settings stay",
    "lambda-ext local start --fault region=me-central-1,op=PublishLayerVersion,kind=down --fault latency=150",
    "lambda-ext local start --fault kind=throttle,retry-after=1,count=5  # five calls, then all is well",
    "lambda-ext local start --fault none  # an end to bad days",
    "LAMBDA_EXT_LOCAL_DIR=./state lambda-ext local start  # an account of its own",
  ],
  configure: (command: Command) => addSettingOptions(command),
  run: async (context, options) => {
    const { cwd, progress, signal } = context;
    const env = withSettings(context.env, options);
    const { ensureEndpoint } = await import("../../emulator/background/ensure.ts");
    const { findEndpoint } = await import("../../emulator/background/find.ts");
    const { url, status, started } = await ensureEndpoint({ env, cwd, progress, signal });
    const { closing, executionProblem } = (await findEndpoint({ env, cwd, signal }, "inspect")).status ?? {};
    // It runs, for all but functions: what was chosen for them is not to be had here.
    if (executionProblem && !closing) throw usageError(executionProblem.message, executionProblem);
    const { directory, pid, version, settings } = status;
    return { document: { schemaVersion: 1, started, url, directory, version, pid, settings }, text: url };
  },
});
