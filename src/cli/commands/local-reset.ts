// local reset: forgets everything that the local target keeps.
import type { Command } from "@commander-js/extra-typings";
import { usageError } from "../../model/errors.ts";
import { defineCommand } from "../command.ts";
import { confirm } from "../confirm.ts";

export const localReset = defineCommand({
  name: "reset",
  summary: "end it and remove all that it keeps",
  examples: ["lambda-ext local reset", "lambda-ext local reset --yes  # asks nothing"],
  configure: (command: Command) => command,
  run: async (context) => {
    const { env, cwd, progress, signal } = context;
    const { localDirectory } = await import("../../emulator/background/find.ts");
    const directory = localDirectory({ env, cwd });
    if (!context.globals.yes) {
      if (!context.interactive) {
        throw usageError(`Resetting the local target removes all that it keeps in ${directory}.`, {
          code: "NotConfirmed",
          hint: "Say that it is meant: --yes",
        });
      }
      const question = `Remove every layer, function, role, parameter, log and record of an event in ${directory}?`;
      if (!(await confirm(question, { input: process.stdin, output: process.stderr, signal })))
        return { document: { schemaVersion: 1, reset: false, directory }, text: "Nothing was removed." };
    }
    const { resetFolder } = await import("../../emulator/background/reset.ts");
    const task = progress.start("Removing what the local target keeps");
    await resetFolder({ directory, env, signal, pid: process.pid }).finally(() => task.done());
    return {
      document: { schemaVersion: 1, reset: true, directory },
      text: `Removed what the local target kept in ${directory}.`,
    };
  },
});
