// What attach and detach have in common: their flags, and the way from these to outcomes.
import type { Command } from "@commander-js/extra-typings";
import { attachResult } from "./attach-result.ts";
import { attachWish, namedFunctions } from "./attach-wish.ts";
import { type CommandDefinition, defineCommand } from "./command.ts";
import { collect, collectVariable } from "./options.ts";
import { openRemote } from "./remote.ts";

interface AttachCommandParts {
  readonly name: "attach" | "detach";
  readonly summary: string;
  readonly examples: readonly string[];
  /** What `--env` means here. */
  readonly env: string;
}

/** Defines one of the two. */
export function defineAttachCommand({ name, summary, examples, env }: AttachCommandParts): CommandDefinition {
  return defineCommand({
    name,
    summary,
    examples,
    configure: (command: Command) =>
      command
        .option("--function <function>", "name or ARN; may be given again (default: the configuration's)", collect)
        .option(
          "--layer <layer>",
          "an ARN, a name, or name:version; may be given again (default: this project's)",
          collect,
        )
        .option("--env <name=value>", env, collectVariable)
        .option("--dry-run", "show what would change"),
    run: async (context, flags) => {
      const [{ attachLayers, detachLayers }, { connection, project, region }] = await Promise.all([
        import("../functions/attach/apply.ts"),
        openRemote(context),
      ]);
      const functions = namedFunctions(project, flags, region);
      const wish = await attachWish(project, flags);
      const dryRun = flags.dryRun === true;
      const request = { wish, dryRun, progress: context.progress };
      const change = name === "attach" ? attachLayers : detachLayers;
      return attachResult(context, await change(connection, functions, request), dryRun);
    },
  });
}
