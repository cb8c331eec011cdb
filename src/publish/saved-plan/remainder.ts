// What is left to do of a saved plan, given what is there now; pure. A part of it may have been done by an earlier run of the same plan:
// that is no reason to refuse it. Anything else that has changed is.
import { describeGrantee, type LayerGrant } from "../../model/sharing.ts";
import type {
  AlignAction,
  GrantAction,
  LayerPlan,
  PlannedAction,
  PublishAction,
  PublishPlan,
  RevokeAction,
} from "../plan/actions.ts";
import type { PresentLayer, Sighting } from "../plan/sighting.ts";

/** What is left, and what has changed since: a plan of which anything has changed is not carried out. */
export interface Remainder {
  readonly plan: PublishPlan;
  /** A sentence for each change. */
  readonly moved: readonly string[];
}

/** Compares; `sightings` are in the order of the plan, `placeholderSha256` is the hash of what fills numbers where a placeholder does. */
export function remainderOf(
  saved: PublishPlan,
  sightings: readonly Sighting[],
  placeholderSha256: string | undefined,
): Remainder {
  const rests = saved.map((layer, index) => restOf(layer, sightings[index] ?? {}, placeholderSha256));
  return {
    plan: rests.flatMap((rest) => ("moved" in rest ? [] : [rest.layer])),
    moved: rests.flatMap((rest) => ("moved" in rest ? [rest.moved] : [])),
  };
}

type Rest = { readonly layer: LayerPlan } | { readonly moved: string };

function restOf(saved: LayerPlan, sighting: Sighting, placeholderSha256: string | undefined): Rest {
  const { region, layerName, newest: before, ...rest } = saved;
  const wanted = { ...rest, region, layerName };
  const moved = (how: string): Rest => ({ moved: `${region} ${layerName}: ${how}` });
  if (saved.actions.some(({ action }) => action === "failed"))
    return { layer: { ...wanted, actions: [notPlanned(saved)] } };
  if ("error" in sighting) {
    return {
      layer: { ...wanted, actions: [{ action: "failed", error: sighting.error, reason: "could not be looked at" }] },
    };
  }
  const now = sighting.newest;
  const left = (actions: readonly PlannedAction[]): Rest => ({
    layer: { ...wanted, ...(now && { newest: now }), actions: actions.length > 0 ? actions : [done(now)] },
  });
  const { publish, align, sharing } = partsOf(saved);
  if (now?.version === before?.version && now?.codeSha256 === before?.codeSha256) {
    if (publish) return left(saved.actions);
    const changed = strangeGrant(before?.grants ?? [], now?.grants ?? [], sharing);
    return changed ? moved(changed) : left(sharing.length > 0 ? remaining(sharing, now?.grants ?? []) : saved.actions);
  }
  if (publish && now && isOurs(saved, publish, now)) {
    const changed = strangeGrant([], now.grants ?? [], sharing);
    return changed ? moved(changed) : left(remaining(sharing, now.grants ?? []));
  }
  if (align && now && isFilling(saved, align, { now, placeholderSha256 })) {
    return left([
      ...(now.version < align.through ? [{ ...align, from: now.version + 1 }] : []),
      ...saved.actions.filter(({ action }) => action !== "align"),
    ]);
  }
  return moved(describeMove(before, now));
}

function partsOf({ actions }: LayerPlan) {
  return {
    publish: actions.find((action) => action.action === "publish"),
    align: actions.find((action) => action.action === "align"),
    sharing: actions.filter((action) => action.action === "grant" || action.action === "revoke"),
  };
}

/** Whether a version is the one that the plan makes. */
function isOurs({ newest, codeSha256 }: LayerPlan, publish: PublishAction, now: PresentLayer): boolean {
  if (now.codeSha256 !== codeSha256) return false;
  return publish.version === undefined ? now.version > (newest?.version ?? 0) : now.version === publish.version;
}

/** Whether a version is one of those that fill numbers. */
function isFilling(
  { codeSha256 }: LayerPlan,
  { from, through, fill }: AlignAction,
  { now, placeholderSha256 }: { readonly now: PresentLayer; readonly placeholderSha256: string | undefined },
): boolean {
  if (now.version < from || now.version > through) return false;
  return now.codeSha256 === (fill === "placeholder" ? placeholderSha256 : codeSha256);
}

type SharingAction = GrantAction | RevokeAction;

function remaining(sharing: readonly SharingAction[], grants: readonly LayerGrant[]): SharingAction[] {
  return sharing.filter((action) =>
    action.action === "grant"
      ? !grants.some(({ grantee }) => grantee === action.grantee)
      : // What has the name now may be what the plan has granted since.
        grants.some(({ sid, grantee }) => sid === action.sid && grantee === action.grantee),
  );
}

/** How a policy differs from what the plan can have made of it; undefined where it does not. */
function strangeGrant(
  before: readonly LayerGrant[],
  now: readonly LayerGrant[],
  sharing: readonly SharingAction[],
): string | undefined {
  const granted = new Set(sharing.flatMap((action) => (action.action === "grant" ? action.grantee : [])));
  const revoked = new Set(sharing.flatMap((action) => (action.action === "revoke" ? action.sid : [])));
  const isIn = ({ sid, grantee }: LayerGrant, list: readonly LayerGrant[]) =>
    list.some((other) => other.sid === sid && other.grantee === grantee);
  const added = now.find(
    (grant) => !isIn(grant, before) && (grant.grantee === undefined || !granted.has(grant.grantee)),
  );
  if (added) return `statement ${added.sid} (${describe(added)}) was added to its policy`;
  const removed = before.find((grant) => !isIn(grant, now) && !revoked.has(grant.sid));
  return removed && `statement ${removed.sid} (${describe(removed)}) was taken from its policy`;
}

function describe({ grantee }: LayerGrant): string {
  return grantee === undefined ? "of another kind" : describeGrantee(grantee);
}

function describeMove(before: PresentLayer | undefined, now: PresentLayer | undefined): string {
  const was = before ? `version ${before.version} was the newest` : "there was no version";
  if (!now) return `${was}, and there is none now`;
  const is =
    before?.version === now.version
      ? "it has other bytes now"
      : `now it is version ${now.version}, with bytes that the plan did not make`;
  return `${was}, ${before ? is : `and now there is version ${now.version}, with bytes that the plan did not make`}`;
}

function done(now: PresentLayer | undefined): PlannedAction {
  return { action: "unchanged", reason: `done by an earlier run of this plan${now ? `: version ${now.version}` : ""}` };
}

function notPlanned({ region, layerName }: LayerPlan): PlannedAction {
  return {
    action: "failed",
    error: {
      code: "NotPlanned",
      message: `${layerName} in ${region} is not in the plan: it could not be looked at when that was made.`,
      hint: "Make a new plan, or publish without one.",
    },
    reason: "could not be looked at when the plan was made",
  };
}
