// Compares who may use a layer version with who shall.
import { describeGrantee, type Grantee, type LayerGrant, statementFor } from "../../model/sharing.ts";
import type { GrantAction, RevokeAction } from "./actions.ts";

/**
 * Grants what is missing, then revokes what nobody asked for; nothing where nothing was said about sharing. `present` is the version's
 * policy, empty for a version that is only being published. A statement that bears the name of one of ours and says something else is
 * taken away before ours is made: AWS has room for one of a name.
 */
export function planSharing(
  wanted: readonly Grantee[] | undefined,
  present: readonly LayerGrant[] | undefined,
): (GrantAction | RevokeAction)[] {
  if (wanted === undefined || present === undefined) return [];
  const names = new Map(wanted.map((grantee) => [statementFor(grantee).sid, grantee]));
  const inTheWay = present.filter(({ sid, grantee }) => names.has(sid) && names.get(sid) !== grantee);
  const others = present.filter((grant) => !inTheWay.includes(grant));
  const missing = wanted.filter((grantee) => !others.some((grant) => grant.grantee === grantee));
  const kept = new Set<Grantee>();
  const superfluous = others.filter(({ grantee }) => {
    // Of two statements for one grantee, the second is superfluous too.
    if (grantee === undefined || !wanted.includes(grantee) || kept.has(grantee)) return true;
    kept.add(grantee);
    return false;
  });
  const taken = new Set(inTheWay.map(({ sid }) => sid));
  const isTaken = (grantee: Grantee) => taken.has(statementFor(grantee).sid);
  return [
    ...missing.filter((grantee) => !isTaken(grantee)).map(grant),
    ...inTheWay.map(({ sid, grantee }) => ({
      action: "revoke" as const,
      sid,
      grantee,
      reason: `its name is that of the statement for ${describeGrantee(names.get(sid) ?? "")}`,
    })),
    ...missing.filter(isTaken).map(grant),
    ...superfluous.map(({ sid, grantee }) => ({
      action: "revoke" as const,
      sid,
      grantee,
      reason: describeSuperfluous(grantee, wanted),
    })),
  ];
}

function grant(grantee: Grantee): GrantAction {
  return { action: "grant", grantee, reason: `${describeGrantee(grantee)} cannot use it yet` };
}

function describeSuperfluous(grantee: Grantee | undefined, wanted: readonly Grantee[]): string {
  if (grantee === undefined) return "it says something that is not among what was asked for";
  if (wanted.includes(grantee)) return `${describeGrantee(grantee)} is granted twice`;
  return `it is not to be shared with ${describeGrantee(grantee)}`;
}
