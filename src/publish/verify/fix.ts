// What can be done about differences: pure.
import type { PublishPlan } from "../plan/actions.ts";
import { planSharing } from "../plan/sharing.ts";
import type { Comparison } from "./compare.ts";

/**
 * For versions that were given by their number: who may use them can be changed. The rest cannot, since a version never changes, and a new
 * one would have another number.
 */
export function planGivenVersions({ wanted, sightings, wish }: Comparison): PublishPlan {
  return wanted.map((layer, index) => {
    const sighting = sightings[index] ?? {};
    if ("error" in sighting) {
      return { ...layer, actions: [{ action: "failed", error: sighting.error, reason: "could not be looked at" }] };
    }
    const { newest } = sighting;
    const sharing = planSharing(wish.sharing, newest?.grants);
    const nothing = { action: "unchanged" as const, reason: "nothing about this version can be mended" };
    return { ...layer, ...(newest && { newest }), actions: sharing.length > 0 ? sharing : [nothing] };
  });
}
