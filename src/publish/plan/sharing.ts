// Compares who may use a layer version with who shall.
import { describeGrantee, type Grantee, type LayerGrant } from "../../model/sharing.ts";
import type { GrantAction, RevokeAction } from "./actions.ts";

/**
 * Grants what is missing, then revokes what nobody asked for; nothing where nothing was said about sharing. `present` is the version's
 * policy, empty for a version that is only being published.
 */
export function planSharing(
  wanted: readonly Grantee[] | undefined,
  present: readonly LayerGrant[] | undefined,
): (GrantAction | RevokeAction)[] {
  if (wanted === undefined || present === undefined) return [];
  const missing = wanted.filter((grantee) => !present.some((grant) => grant.grantee === grantee));
  const kept = new Set<Grantee>();
  const superfluous = present.filter(({ grantee }) => {
    // Of two statements for one grantee, the second is superfluous too.
    if (grantee === undefined || !wanted.includes(grantee) || kept.has(grantee)) return true;
    kept.add(grantee);
    return false;
  });
  return [
    ...missing.map((grantee) => ({
      action: "grant" as const,
      grantee,
      reason: `${describeGrantee(grantee)} cannot use it yet`,
    })),
    ...superfluous.map(({ sid, grantee }) => ({
      action: "revoke" as const,
      sid,
      grantee,
      reason: describeSuperfluous(grantee, wanted),
    })),
  ];
}

function describeSuperfluous(grantee: Grantee | undefined, wanted: readonly Grantee[]): string {
  if (grantee === undefined) return "it says something that is not among what was asked for";
  if (wanted.includes(grantee)) return `${describeGrantee(grantee)} is granted twice`;
  return `it is not to be shared with ${describeGrantee(grantee)}`;
}
