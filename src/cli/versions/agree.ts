// Shows what prune would delete, and asks.
import { usageError } from "../../model/errors.ts";
import type { PruneStep } from "../../publish/prune/plan.ts";
import type { CommandContext } from "../command.ts";
import { planText } from "./prune-result.ts";

/** Nothing brings a version back: it takes a yes. @throws usageError where nobody can be asked, or the answer is no. */
export async function agreeToPrune(context: CommandContext, plan: readonly PruneStep[]): Promise<void> {
  const { story, globals, interactive, signal } = context;
  if (plan.length > 0) context.tell(planText(story, plan, story.columns));
  const going = plan.filter(({ action }) => action === "delete").length;
  if (going === 0) return;
  const count = going === 1 ? "1 version" : `${going} versions`;
  context.tell(`${count} would go for good: nothing brings a version back,
and its number is never used again. What has one keeps it, and goes on working.`);
  if (globals.yes) return;
  // Nobody says yes to what is not shown.
  if (interactive && !globals.quiet) {
    const { confirm } = await import("../confirm.ts");
    if (await confirm(`Delete ${count}?`, { input: process.stdin, output: process.stderr, signal })) return;
    throw usageError("Nothing was deleted.", { code: "NotConfirmed" });
  }
  throw usageError(`${count} would be deleted for good, and nobody can be asked here.`, {
    code: "NotConfirmed",
    hint: "Say that it is meant: --yes. Nothing was deleted; --dry-run shows what would be.",
  });
}
