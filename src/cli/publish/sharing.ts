// With whom publish shares, from its flags; nothing becomes public without a yes.
import { usageError } from "../../model/errors.ts";
import { everybody, type Grantee, readGrantees } from "../../model/sharing.ts";
import type { PublishPlan } from "../../publish/plan/actions.ts";
import type { CommandContext } from "../command.ts";
import { confirm } from "../confirm.ts";

interface SharingFlags {
  readonly public?: true | undefined;
  readonly account?: readonly string[] | undefined;
  readonly org?: readonly string[] | undefined;
  readonly private?: true | undefined;
}

/** With whom, and with nobody else; undefined where nothing was said. @throws usageError for flags that contradict each other. */
export function readSharing(flags: SharingFlags): readonly Grantee[] | undefined {
  const named = [...(flags.public ? [everybody] : []), ...(flags.account ?? []), ...(flags.org ?? [])];
  if (flags.private && named.length > 0) {
    throw usageError("--private shares with nobody, and others were named.", {
      code: "ContradictingSharing",
      hint: "Leave out --private, or --public, --account and --org.",
    });
  }
  if (named.length === 0) return flags.private ? [] : undefined;
  return readGrantees(named);
}

/** Asks before a plan makes something public. @throws usageError where nobody can be asked, or the answer is no. */
export async function agreeToShare(context: CommandContext, plan: PublishPlan): Promise<void> {
  const opened = plan.filter(({ actions }) =>
    actions.some((action) => action.action === "grant" && action.grantee === everybody),
  );
  if (opened.length === 0 || context.globals.yes) return;
  const names = [...new Set(opened.map(({ layerName }) => layerName))].join(" and ");
  const regions = new Set(opened.map(({ region }) => region)).size;
  const what = `${names} in ${regions} ${regions === 1 ? "region" : "regions"}`;
  const { signal, interactive } = context;
  const terminal = { input: process.stdin, output: process.stderr, signal };
  if (interactive && (await confirm(`Let every AWS account use ${what}?`, terminal))) return;
  throw usageError(`This would make ${what} public, and nobody has said yes.`, {
    code: "NotConfirmed",
    hint: "Say that it is meant: --yes. Nothing was published.",
  });
}
