// local start: starts the endpoint where none runs.
import type { Command } from "@commander-js/extra-typings";
import { defineCommand } from "../command.ts";

export const localStart = defineCommand({
  name: "start",
  summary: "start it in the background, where none runs",
  examples: ["lambda-ext local start", "LAMBDA_EXT_LOCAL_DIR=./state lambda-ext local start  # an account of its own"],
  configure: (command: Command) => command,
  run: async ({ env, cwd, progress, signal }) => {
    const { ensureEndpoint } = await import("../../emulator/background/ensure.ts");
    const { url, status, started } = await ensureEndpoint({ env, cwd, progress, signal });
    const { directory, pid, version } = status;
    return { document: { schemaVersion: 1, started, url, directory, version, pid }, text: url };
  },
});
