// attach: puts layers on functions, without touching what else they have.
import type { Command } from "@commander-js/extra-typings";
import { attachResult } from "../attach-result.ts";
import { attachWish, namedFunctions } from "../attach-wish.ts";
import { defineCommand } from "../command.ts";
import { collect, collectVariable } from "../options.ts";
import { openRemote } from "../remote.ts";

export const attach = defineCommand({
  name: "attach",
  summary: "put the extension on functions: keeps their other layers, sets what it needs, waits",
  examples: [
    "lambda-ext attach --function demo",
    "lambda-ext attach --function demo --function other --env PARAMETER_NAME=/demo/config --dry-run",
    "lambda-ext attach --function demo --layer parameter-store-extension-x86_64:3",
  ],
  configure: (command: Command) =>
    command
      .option("--function <function>", "name or ARN; may be given again (default: the configuration's)", collect)
      .option(
        "--layer <layer>",
        "an ARN, a name, or name:version; may be given again (default: this project's)",
        collect,
      )
      .option("--env <name=value>", "a variable for the function; may be given again", collectVariable)
      .option("--dry-run", "show what would change"),
  run: async (context, flags) => {
    const [{ attachLayers }, { connection, project, region }] = await Promise.all([
      import("../../functions/attach/apply.ts"),
      openRemote(context),
    ]);
    const functions = namedFunctions(project, flags, region);
    const wish = await attachWish(project, flags);
    const dryRun = flags.dryRun === true;
    const outcomes = await attachLayers(connection, functions, { wish, dryRun, progress: context.progress });
    return attachResult(context, outcomes, dryRun);
  },
});
