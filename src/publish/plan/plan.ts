// Compares what should be published with what is there: pure, so that --dry-run and --plan-file show exactly what would be done.
import type { PublishWish, WantedLayer } from "../wish.ts";
import type { PublishAction, PublishPlan, UnchangedAction } from "./actions.ts";
import { alignNumbers, type Decided, seenWhole } from "./align.ts";
import { planSharing } from "./sharing.ts";
import type { PresentLayer, Sighting } from "./sighting.ts";

/** Decides for each wanted layer; `sightings` are in the same order. */
export function planPublish(
  wanted: readonly WantedLayer[],
  sightings: readonly Sighting[],
  wish: PublishWish,
): PublishPlan {
  const seen = wish.align === undefined ? sightings : seenWhole(wanted, sightings);
  const decided = wanted.map((layer, index): Decided => {
    const sighting = seen[index] ?? {};
    return { layer, sighting, bytes: decideBytes(layer, sighting, wish) };
  });
  const numbered = wish.align === undefined ? decided : alignNumbers(decided, wish.align);
  return numbered.map(({ layer, sighting, bytes, filling }) => {
    if ("error" in sighting) {
      return { ...layer, actions: [{ action: "failed", error: sighting.error, reason: "could not be looked at" }] };
    }
    const { newest } = sighting;
    const published = bytes.action === "publish";
    const sharing = planSharing(wish.sharing, published ? [] : newest?.grants);
    // A version that lacks a permission is not unchanged.
    const first = published ? [...(filling ? [filling] : []), bytes] : sharing.length > 0 ? [] : [bytes];
    return { ...layer, ...(newest && { newest }), actions: [...first, ...sharing] };
  });
}

/** A region's newest version is compared: older ones nobody gets by default. */
function decideBytes(layer: WantedLayer, sighting: Sighting, wish: PublishWish): PublishAction | UnchangedAction {
  const newest = "error" in sighting ? undefined : sighting.newest;
  if (!newest) return { action: "publish", reason: "there is no version yet" };
  const { version } = newest;
  if (newest.codeSha256 !== layer.codeSha256) {
    return { action: "publish", reason: `version ${version} has other bytes` };
  }
  if (wish.force) return { action: "publish", reason: `--force, though version ${version} has these bytes` };
  const others = differences(newest, wish);
  if (wish.exact && others !== "") {
    return { action: "publish", reason: `version ${version} has these bytes, with another ${others}` };
  }
  if (wish.exact && newest.architectures.join() !== layer.architecture) {
    const named = newest.architectures.length === 0 ? "no architecture" : newest.architectures.join(" and ");
    return { action: "publish", reason: `version ${version} has these bytes, and names ${named}` };
  }
  const but = others && ` (with another ${others}: --force publishes it anew)`;
  return { action: "unchanged", reason: `version ${version} has these bytes${but}` };
}

function differences(newest: PresentLayer, wanted: PublishWish): string {
  const names: string[] = [];
  if (newest.description !== (wanted.description ?? "")) names.push("description");
  if (newest.license !== (wanted.license ?? "")) names.push("license");
  if ([...newest.runtimes].sort().join() !== [...wanted.runtimes].sort().join()) names.push("list of runtimes");
  return names.join(" and ");
}
