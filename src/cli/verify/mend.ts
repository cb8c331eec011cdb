// Mends what differs, after asking: policies on the versions that are there, the rest with new versions.
import { usageError } from "../../model/errors.ts";
import { everybody } from "../../model/sharing.ts";
import type { PlannedAction, PublishPlan } from "../../publish/plan/actions.ts";
import type { CommandContext } from "../command.ts";

/** Whether a plan changes anything. */
export function changes(plan: PublishPlan): boolean {
  return plan.some(({ actions }) => actions.some(({ action }) => action !== "unchanged" && action !== "failed"));
}

/** Says what would be done, and asks. @throws usageError where nobody can be asked, or the answer is no. */
export async function agreeToMend(context: CommandContext, plan: PublishPlan): Promise<void> {
  const what = describe(plan.flatMap(({ actions }) => actions));
  if (plan.some(({ actions }) => actions.some(({ action }) => action === "publish"))) {
    context.tell("A version never changes: only a new one can have other bytes or other words.");
  }
  if (context.globals.yes) return;
  // Nobody says yes to what is not shown.
  if (context.interactive && !context.globals.quiet) {
    const { confirm } = await import("../confirm.ts");
    const terminal = { input: process.stdin, output: process.stderr, signal: context.signal };
    if (await confirm(`${what.charAt(0).toUpperCase()}${what.slice(1)}?`, terminal)) return;
    throw usageError("Nothing was mended.", { code: "NotConfirmed" });
  }
  throw usageError(`This would ${what}, and nobody has said yes.`, {
    code: "NotConfirmed",
    hint: "Say that it is meant: --yes. Nothing was mended.",
  });
}

function describe(actions: readonly PlannedAction[]): string {
  const of = (kind: PlannedAction["action"]) => actions.filter(({ action }) => action === kind);
  const filled = actions.flatMap((action) => (action.action === "align" ? [action.through - action.from + 1] : []));
  const open = actions.some((action) => action.action === "grant" && action.grantee === everybody);
  const counts = [
    [of("publish").length, "publish", "new version", ""],
    [filled.reduce((sum, count) => sum + count, 0), "fill", "number", ""],
    [of("grant").length, "make", "grant", open ? ", to everybody" : ""],
    [of("revoke").length, "take away", "grant", ""],
  ] as const;
  return counts
    .filter(([count]) => count > 0)
    .map(([count, verb, noun, more]) => `${verb} ${count} ${noun}${count === 1 ? "" : "s"}${more}`)
    .join(" and ");
}
