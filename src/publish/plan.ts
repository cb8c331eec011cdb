// Compares what should be published with what is there: pure, so that --dry-run shows exactly what would be done.
import type { Architecture } from "../model/architecture.ts";
import type { LayerArchive } from "../model/artifact.ts";
import type { LambdaExtError } from "../model/errors.ts";
import { layerNameFor } from "./layer-name.ts";

/** What a layer version says about itself besides its bytes. */
export interface LayerDescription {
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly runtimes: readonly string[];
}

/** One layer version that should be there: an archive in a region. */
export interface WantedLayer {
  readonly region: string;
  readonly architecture: Architecture;
  readonly layerName: string;
  /** The zip on this machine, absolute. */
  readonly zip: string;
  /** Base64. */
  readonly codeSha256: string;
}

/** The newest version that a region has of a wanted layer, for its architecture. */
export interface PresentLayer {
  readonly arn: string;
  readonly version: number;
  readonly codeSha256: string;
  readonly description: string;
  readonly license: string;
  readonly runtimes: readonly string[];
}

/** An error as documents tell it. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
}

/** What a look at a region gave; `newest` is absent where the layer has no version yet. */
export type Sighting = { readonly newest?: PresentLayer } | { readonly error: Failure };

/** What will be done about one wanted layer, and why. */
export type PublishAction = WantedLayer &
  (
    | { readonly action: "publish"; readonly reason: string; readonly newest?: PresentLayer }
    | { readonly action: "unchanged"; readonly reason: string; readonly newest: PresentLayer }
    | { readonly action: "failed"; readonly reason: string; readonly error: Failure }
  );

/** All of them, in the order of regions, then architectures. */
export type PublishPlan = readonly PublishAction[];

/** Every archive in every region. */
export function wantedLayers(options: {
  readonly archives: readonly LayerArchive[];
  readonly regions: readonly string[];
  readonly namePattern: string;
}): WantedLayer[] {
  return options.regions.flatMap((region) =>
    options.archives.map(({ name, architecture, zip, codeSha256 }) => ({
      region,
      architecture,
      layerName: layerNameFor(options.namePattern, name, architecture),
      zip,
      codeSha256,
    })),
  );
}

/** Decides for each wanted layer; `sightings` are in the same order. */
export function planPublish(
  wanted: readonly WantedLayer[],
  sightings: readonly Sighting[],
  options: LayerDescription & { readonly force: boolean },
): PublishPlan {
  return wanted.map((layer, index) => {
    const sighting = sightings[index] ?? {};
    if ("error" in sighting)
      return { ...layer, action: "failed", reason: "could not be looked at", error: sighting.error };
    const { newest } = sighting;
    if (!newest) return { ...layer, action: "publish", reason: "there is no version yet" };
    if (newest.codeSha256 !== layer.codeSha256) {
      return { ...layer, action: "publish", reason: `version ${newest.version} has other bytes`, newest };
    }
    if (options.force)
      return {
        ...layer,
        action: "publish",
        reason: `--force, though version ${newest.version} has these bytes`,
        newest,
      };
    const others = differences(newest, options);
    const reason = `version ${newest.version} has these bytes${others && ` (with another ${others}: --force publishes it anew)`}`;
    return { ...layer, action: "unchanged", reason, newest };
  });
}

/** An error of ours as a value. */
export function failureOf(error: LambdaExtError): Failure {
  return { code: error.code, message: error.message, hint: error.hint ?? "" };
}

function differences(newest: PresentLayer, wanted: LayerDescription): string {
  const names: string[] = [];
  if (newest.description !== (wanted.description ?? "")) names.push("description");
  if (newest.license !== (wanted.license ?? "")) names.push("license");
  if ([...newest.runtimes].sort().join() !== [...wanted.runtimes].sort().join()) names.push("list of runtimes");
  return names.join(" and ");
}
