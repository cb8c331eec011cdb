// What copies of a layer version are to be, in the words of a publish.
import type { LayerVersion } from "../../aws/lambda/layers.ts";
import { architectures } from "../../model/architecture.ts";
import type { WantedLayer } from "../wish.ts";

/** Where copies go. */
export interface Copies {
  readonly layerName: string;
  readonly regions: readonly string[];
  /** Where the zip will be on this machine, absolute. */
  readonly zip: string;
}

/** One copy for each region. */
export function wantedCopies(original: LayerVersion, { layerName, regions, zip }: Copies): WantedLayer[] {
  const named = architectures.filter((architecture) => original.architectures.includes(architecture));
  const [architecture = "x86_64"] = named;
  const { codeSha256, codeBytes: zipBytes } = original;
  return regions.map((region) => ({
    ...{ region, layerName, architecture, named, zip, zipBytes, codeSha256 },
    // A version for the other architecture may come after it, under the same name.
    shared: named.length === 1,
  }));
}
