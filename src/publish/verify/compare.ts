// Compares what regions have with what a publish would leave there: pure.
import type { Architecture } from "../../model/architecture.ts";
import type { LayerGrant } from "../../model/sharing.ts";
import { planPublish } from "../plan/plan.ts";
import { planSharing } from "../plan/sharing.ts";
import type { Failure, PresentLayer, Sighting } from "../plan/sighting.ts";
import type { PublishWish, WantedLayer } from "../wish.ts";

/** What may differ. `number`: of a layer whose regions are to have the same one. */
export type Aspect = "hash" | "size" | "architectures" | "runtimes" | "description" | "license" | "sharing" | "number";

/** One thing that is not as it should be. */
export interface Difference {
  readonly aspect: Aspect;
  readonly found: string | number | readonly string[];
  readonly wanted: string | number | readonly string[];
}

/** How one layer stands in one region. */
export interface Verdict {
  readonly region: string;
  readonly architecture: Architecture;
  readonly layerName: string;
  /** `missing`: there is no such version; `failed`: the region could not be looked at. */
  readonly result: "same" | "different" | "missing" | "failed";
  /** The version that was compared. */
  readonly arn?: string | undefined;
  readonly version?: number | undefined;
  readonly differences: readonly Difference[];
  readonly error?: Failure | undefined;
}

/** What is wanted, and what was seen of it, in the same order. */
export interface Comparison {
  readonly wanted: readonly WantedLayer[];
  readonly sightings: readonly Sighting[];
  readonly wish: PublishWish;
  /** Whether the newest versions were looked at: of given ones, numbers are not compared. */
  readonly newest: boolean;
}

/** One verdict for each wanted layer. */
export function compareLayers({ wanted, sightings, wish, newest }: Comparison): Verdict[] {
  const plan = newest && wish.align !== undefined ? planPublish(wanted, sightings, { ...wish, exact: true }) : [];
  return wanted.map((layer, index): Verdict => {
    const { region, architecture, layerName } = layer;
    const about = { region, architecture, layerName };
    const sighting = sightings[index] ?? {};
    if ("error" in sighting) return { ...about, result: "failed", differences: [], error: sighting.error };
    const present = sighting.newest;
    if (!present) return { ...about, result: "missing", differences: [] };
    const found = differencesOf(layer, present, wish);
    const published = plan[index]?.actions.find(({ action }) => action === "publish");
    const number =
      published?.action === "publish" && published.version !== undefined ? published.version : present.version;
    // Of what gets a new version anyway, the number is no difference of its own.
    const others = found.filter(({ aspect }) => aspect !== "sharing").length > 0;
    const differences =
      others || number === present.version ? found : [...found, pair("number", present.version, number)];
    const { arn, version } = present;
    return { ...about, arn, version, result: differences.length === 0 ? "same" : "different", differences };
  });
}

/** Whether a difference is in the version itself, which never changes: then only a new one can mend it. */
export function needsNewVersion({ result, differences }: Verdict): boolean {
  return result === "missing" || differences.some(({ aspect }) => aspect !== "sharing");
}

function differencesOf(layer: WantedLayer, present: PresentLayer, wish: PublishWish): Difference[] {
  const { codeBytes = layer.zipBytes, grants } = present;
  const pairs = [
    pair("hash", present.codeSha256, layer.codeSha256),
    pair("size", codeBytes, layer.zipBytes),
    pair("architectures", sorted(present.architectures), [layer.architecture]),
    pair("runtimes", sorted(present.runtimes), sorted(wish.runtimes)),
    pair("description", present.description, wish.description ?? ""),
    pair("license", present.license, wish.license ?? ""),
  ];
  const differing = pairs.filter(({ found, wanted }) => String(found) !== String(wanted));
  const sharing = planSharing(wish.sharing, grants).length > 0;
  return sharing ? [...differing, pair("sharing", (grants ?? []).map(nameOf), wish.sharing ?? [])] : differing;
}

function pair(aspect: Aspect, found: Difference["found"], wanted: Difference["wanted"]): Difference {
  return { aspect, found, wanted };
}

function sorted(words: readonly string[]): readonly string[] {
  return [...words].sort();
}

function nameOf({ sid, grantee }: LayerGrant): string {
  return grantee ?? `statement ${sid}`;
}
