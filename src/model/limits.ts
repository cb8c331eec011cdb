// The limits of Lambda that we check before AWS would refuse. Bytes unless the name says otherwise.

export const limits = {
  /** A zip sent in the request itself: 50 MiB, recorded as 52,428,800 in AWS's refusals. */
  directUploadBytes: 52_428_800,
  /** Function and layers together, unzipped: 262,144,000 in AWS's refusals (250 × 1024 × 1024). */
  unzippedBytes: 262_144_000,
  layersPerFunction: 5,
  compatibleRuntimes: 15,
  extensions: 10,
  descriptionCharacters: 256,
  licenseCharacters: 512,
  layerNameCharacters: 140,
  environmentBytes: 4096,
  payloadBytes: 6_291_456,
} as const;

/** A layer's name; from the service model. */
export const layerNamePattern = /^[a-zA-Z0-9-_]+$/;
