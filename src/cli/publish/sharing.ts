// With whom publish shares, from its flags; nothing becomes public without a yes.
import { usageError } from "../../model/errors.ts";
import { describeGrantee, everybody, type Grantee, readGrantees } from "../../model/sharing.ts";
import type { Project } from "../../project/project.ts";
import type { LayerPlan, PublishPlan } from "../../publish/plan/actions.ts";
import type { CommandContext } from "../command.ts";
import { confirm } from "../confirm.ts";
import type { PublishOptions } from "./options.ts";

type SharingFlags = Pick<PublishOptions, "public" | "account" | "org" | "private">;

/**
 * With whom, and with nobody else, as the flags say, else the configuration; undefined where neither says anything.
 * @throws usageError for flags that contradict each other.
 */
export function readSharing(
  flags: SharingFlags,
  configured: Project["publish"]["sharing"],
): readonly Grantee[] | undefined {
  const named = [...(flags.public ? [everybody] : []), ...(flags.account ?? []), ...(flags.org ?? [])];
  if (flags.private && named.length > 0) {
    throw usageError("--private shares with nobody, and others were named.", {
      code: "ContradictingSharing",
      hint: "Leave out --private, or --public, --account and --org.",
    });
  }
  if (named.length > 0) return readGrantees(named);
  if (flags.private) return [];
  return (
    configured &&
    readGrantees([...(configured.public ? [everybody] : []), ...configured.accounts, ...configured.organizations])
  );
}

/**
 * Asks before a plan makes something public, or takes it away from somebody who may be using it.
 * @throws usageError where nobody can be asked, or the answer is no.
 */
export async function agreeToShare(
  context: CommandContext,
  plan: PublishPlan,
  sharing: readonly Grantee[] = [],
): Promise<void> {
  const changes = [opening(plan), closing(plan, sharing)].filter((change) => change !== undefined);
  if (changes.length === 0 || context.globals.yes) return;
  const { signal, interactive } = context;
  const terminal = { input: process.stdin, output: process.stderr, signal };
  const what = changes.join(", and ");
  if (interactive && (await confirm(`This would ${what}. Go on?`, terminal))) return;
  throw usageError(`This would ${what}, and nobody has said yes.`, {
    code: "NotConfirmed",
    hint: "Say that it is meant: --yes. Nothing was published.",
  });
}

function opening(plan: PublishPlan): string | undefined {
  const opened = plan.filter(({ actions }) =>
    actions.some((action) => action.action === "grant" && action.grantee === everybody),
  );
  return opened.length === 0 ? undefined : `make ${describeLayers(opened)} public`;
}

function closing(plan: PublishPlan, sharing: readonly Grantee[]): string | undefined {
  const closed: LayerPlan[] = [];
  const whom = new Set<string>();
  for (const layer of plan) {
    for (const action of layer.actions) {
      // Who is granted twice can use it afterwards, too.
      if (action.action !== "revoke" || (action.grantee !== undefined && sharing.includes(action.grantee))) continue;
      closed.push(layer);
      whom.add(action.grantee === undefined ? `statement ${action.sid}` : describeGrantee(action.grantee));
    }
  }
  return closed.length === 0 ? undefined : `take ${describeLayers(closed)} away from ${[...whom].join(", ")}`;
}

function describeLayers(layers: readonly LayerPlan[]): string {
  const names = [...new Set(layers.map(({ layerName }) => layerName))].join(" and ");
  const [region, ...others] = new Set(layers.map((layer) => layer.region));
  return `${names} in ${others.length === 0 ? region : `${others.length + 1} regions`}`;
}
