// local stop: ends the endpoint, with a SHUTDOWN to every environment.
import type { Command } from "@commander-js/extra-typings";
import { defineCommand } from "../command.ts";

export const localStop = defineCommand({
  name: "stop",
  summary: "end it in order; what it keeps stays",
  examples: ["lambda-ext local stop"],
  configure: (command: Command) => command,
  run: async ({ env, cwd, progress, signal }) => {
    const { stopEndpoint } = await import("../../emulator/background/find.ts");
    const task = progress.start("Ending the local endpoint");
    const { directory, stopped } = await stopEndpoint({ env, cwd, signal }).finally(() => task.done());
    const text = stopped ? `Ended the local endpoint of ${directory}.` : `No local endpoint runs for ${directory}.`;
    return { document: { schemaVersion: 1, stopped, directory }, text };
  },
});
