// Looks at what every region has of the wanted layers.
import pLimit from "p-limit";
import type { Connection } from "../aws/connection.ts";
import { getLayerVersion, newestLayerVersion } from "../aws/lambda/layers.ts";
import type { Architecture } from "../model/architecture.ts";
import { LambdaExtError } from "../model/errors.ts";
import { failureOf, type PresentLayer, type Sighting, type WantedLayer } from "./plan.ts";

const atATime = 8;

/** One sighting for each wanted layer, in their order; a region that cannot be looked at gives its error, the others go on. */
export async function observeLayers(
  connection: Connection,
  wanted: readonly WantedLayer[],
  options: { readonly shared: boolean },
): Promise<Sighting[]> {
  const limit = pLimit(atATime);
  const look = async ({ region, layerName, architecture }: WantedLayer): Promise<Sighting> => {
    try {
      const filter = options.shared ? architecture : undefined;
      const newest = await lookAtLayer(connection, { region, layerName, architecture: filter });
      return newest ? { newest } : {};
    } catch (error) {
      if (error instanceof LambdaExtError && error.kind !== "interrupted") return { error: failureOf(error) };
      throw error;
    }
  };
  return await Promise.all(wanted.map((layer) => limit(look, layer)));
}

/** The newest version with its hash, which lists don't tell; for one architecture where one is named. */
export async function lookAtLayer(
  connection: Connection,
  address: { readonly region: string; readonly layerName: string; readonly architecture: Architecture | undefined },
): Promise<PresentLayer | undefined> {
  const { region, layerName: layer, architecture } = address;
  const newest = await newestLayerVersion(connection, { region, layer, architecture });
  return newest && (await getLayerVersion(connection, { region, layer, version: newest.version }));
}
