// Looks at what every region has of the wanted layers.
import pLimit from "p-limit";
import type { Connection } from "../aws/connection.ts";
import { isRefusal } from "../aws/errors.ts";
import { type LayerVersionAddress, layerGrants } from "../aws/lambda/layer-policy.ts";
import { getLayerVersion, type LayerVersion, newestLayerVersion } from "../aws/lambda/layers.ts";
import type { Architecture } from "../model/architecture.ts";
import { LambdaExtError } from "../model/errors.ts";
import { createCommonFate } from "./apply/common-fate.ts";
import { createDeadlines } from "./apply/deadlines.ts";
import { type Ledger, noLedger } from "./ledger.ts";
import { failureOf, type PresentLayer, type Sighting } from "./plan/sighting.ts";
import type { WantedLayer } from "./wish.ts";

/** Reads are small: as many at a time hide the way to the farthest regions. */
const readsAtATime = 32;

/** How to look. */
export interface ObserveOptions {
  /** Whether to look at who may use a version, too. */
  readonly grants: boolean;
  readonly ledger: Ledger;
  /** Looks at the versions of this number instead of the newest ones. */
  readonly version?: number | undefined;
  /** For all looks at one region; no limit without. */
  readonly regionMilliseconds?: number | undefined;
  /** Called after each of them. */
  readonly looked?: (() => void) | undefined;
}

/** One sighting for each wanted layer, in their order; a region that cannot be looked at gives its error, the others go on. */
export async function observeLayers(
  connection: Connection,
  wanted: readonly WantedLayer[],
  options: ObserveOptions,
): Promise<Sighting[]> {
  const limit = pLimit(readsAtATime);
  const deadlines = createDeadlines(options.regionMilliseconds);
  const fate = createCommonFate();
  const look = async (layer: WantedLayer): Promise<Sighting> => {
    try {
      const newest = await fate.share(layer.region, () =>
        deadlines.within(layer.region, connection, (limited) => observeLayer(limited, layer, options)),
      );
      return newest ? { newest } : {};
    } catch (error) {
      if (error instanceof LambdaExtError && error.kind !== "interrupted") return { error: failureOf(error) };
      throw error;
    } finally {
      options.looked?.();
    }
  };
  try {
    return await Promise.all(wanted.map((layer) => limit(look, layer)));
  } finally {
    deadlines.clear();
  }
}

async function observeLayer(
  connection: Connection,
  { region, layerName, architecture, shared }: WantedLayer,
  { grants, ledger, version }: ObserveOptions,
): Promise<PresentLayer | undefined> {
  const filter = shared ? architecture : undefined;
  const newest =
    version === undefined
      ? await lookAtLayer(connection, { region, layerName, architecture: filter }, ledger)
      : await lookAtVersion(connection, { region, layer: layerName, version });
  if (!newest || !grants) return newest;
  return { ...newest, grants: await layerGrants(connection, { region, layer: layerName, version: newest.version }) };
}

/** Undefined where there is none of that number. */
async function lookAtVersion(connection: Connection, address: LayerVersionAddress): Promise<LayerVersion | undefined> {
  try {
    return await getLayerVersion(connection, address);
  } catch (error) {
    if (isRefusal(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
}

/** The newest version with its hash, which lists don't tell; for one architecture where one is named. */
export async function lookAtLayer(
  connection: Connection,
  address: { readonly region: string; readonly layerName: string; readonly architecture: Architecture | undefined },
  ledger: Ledger = noLedger,
): Promise<LayerVersion | undefined> {
  const { region, layerName: layer, architecture } = address;
  const newest = await newestLayerVersion(connection, { region, layer, architecture });
  if (!newest) return undefined;
  const known = ledger.find(newest.arn, newest.created);
  if (known) return known;
  const version = await getLayerVersion(connection, { region, layer, version: newest.version });
  await ledger.remember(version);
  return version;
}
