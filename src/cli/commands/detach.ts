// detach: takes layers off functions, with the variables that attach has set.
import type { Command } from "@commander-js/extra-typings";
import { attachResult } from "../attach-result.ts";
import { attachWish, namedFunctions } from "../attach-wish.ts";
import { defineCommand } from "../command.ts";
import { collect, collectVariable } from "../options.ts";
import { openRemote } from "../remote.ts";

export const detach = defineCommand({
  name: "detach",
  summary: "take the extension off functions, and those variables that are still as attach has set them",
  examples: [
    "lambda-ext detach --function demo",
    "lambda-ext detach --function demo --layer parameter-store-extension-x86_64 --dry-run",
    "lambda-ext detach --function demo --env PARAMETER_NAME=/demo/config  # as it was given to attach",
  ],
  configure: (command: Command) =>
    command
      .option("--function <function>", "name or ARN; may be given again (default: the configuration's)", collect)
      .option(
        "--layer <layer>",
        "an ARN, a name, or name:version; may be given again (default: this project's)",
        collect,
      )
      .option("--env <name=value>", "a variable as it was given to attach; may be given again", collectVariable)
      .option("--dry-run", "show what would change"),
  run: async (context, flags) => {
    const [{ detachLayers }, { connection, project, region }] = await Promise.all([
      import("../../functions/attach/apply.ts"),
      openRemote(context),
    ]);
    const functions = namedFunctions(project, flags, region);
    const wish = await attachWish(project, flags);
    const dryRun = flags.dryRun === true;
    const outcomes = await detachLayers(connection, functions, { wish, dryRun, progress: context.progress });
    return attachResult(context, outcomes, dryRun);
  },
});
