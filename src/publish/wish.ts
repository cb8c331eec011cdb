// What a person wants published: which bytes, under which names, where, and who may use them.
import type { Architecture } from "../model/architecture.ts";
import type { LayerArchive } from "../model/artifact.ts";
import type { Grantee } from "../model/sharing.ts";
import { isShared, layerNameFor } from "./layer-name.ts";

/** What a layer version says about itself besides its bytes. */
export interface LayerDescription {
  readonly description: string | undefined;
  readonly license: string | undefined;
  readonly runtimes: readonly string[];
}

/** What can fill the numbers that a region lacks: the layer's own bytes under each of them, or a layer that holds nothing but a note. */
export const fills = ["same-bytes", "placeholder"] as const;

/** One of them. */
export type Fill = (typeof fills)[number];

/** All that decides what is to be done, besides what is there. */
export interface PublishWish extends LayerDescription {
  /** The layer's name, with `{name}` and `{arch}` in it. */
  readonly namePattern: string;
  /** Publish also what is there already. */
  readonly force: boolean;
  /** Publish also where the bytes are there and what the version says about itself differs: only a new one can say something else. */
  readonly exact?: boolean | undefined;
  /** With whom, and with nobody else; undefined leaves every version's policy as it is. */
  readonly sharing: readonly Grantee[] | undefined;
  /** Whether all regions shall have the same number, and how that is reached. */
  readonly align: Fill | undefined;
}

/** One layer version that should be there: an archive in a region. */
export interface WantedLayer {
  readonly region: string;
  readonly architecture: Architecture;
  /** What the version names, where that is not its one architecture: a copy names what its original does, which may be none. */
  readonly named?: readonly Architecture[] | undefined;
  readonly layerName: string;
  /** Both architectures are versions of this one layer: then they follow each other, so that numbers come in one order. */
  readonly shared: boolean;
  /** The zip on this machine, absolute. */
  readonly zip: string;
  readonly zipBytes: number;
  /** Base64. */
  readonly codeSha256: string;
}

/** Every archive in every region, in the order of regions, then architectures. */
export function wantedLayers(options: {
  readonly archives: readonly LayerArchive[];
  readonly regions: readonly string[];
  readonly namePattern: string;
}): WantedLayer[] {
  const shared = isShared(options.namePattern);
  return options.regions.flatMap((region) =>
    options.archives.map(({ name, architecture, zip, zipBytes, codeSha256 }) => ({
      region,
      architecture,
      layerName: layerNameFor(options.namePattern, name, architecture),
      shared,
      zip,
      zipBytes,
      codeSha256,
    })),
  );
}
