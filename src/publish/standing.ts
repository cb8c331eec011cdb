// How a publish stands over its regions: where it holds, where it does not, and whether that is a failure.

/** Regions, each in one of the lists. */
export interface Standing {
  /** Everything that is wanted is there. */
  readonly complete: readonly string[];
  /** Something failed. */
  readonly missing: readonly string[];
  /** Something failed where it may. */
  readonly allowed: readonly string[];
}

/** What may fail. */
export interface Tolerance {
  /** Regions that may be missing. */
  readonly allowFail: readonly string[];
  /** So many complete ones it takes at least; all, where fewer were named. */
  readonly minRegions: number;
  /** Nobody has named the regions, but all were asked for: that there are fewer than it takes is no reason to be content with them. */
  readonly everywhere?: boolean | undefined;
}

/** Where each region stands; they come in the order in which they first do. */
export function standingOf(
  layers: readonly { readonly region: string; readonly failed: boolean }[],
  allowFail: readonly string[],
): Standing {
  const regions = [...new Set(layers.map(({ region }) => region))];
  const failed = new Set(layers.flatMap((layer) => (layer.failed ? layer.region : [])));
  return {
    complete: regions.filter((region) => !failed.has(region)),
    missing: regions.filter((region) => failed.has(region) && !allowFail.includes(region)),
    allowed: regions.filter((region) => failed.has(region) && allowFail.includes(region)),
  };
}

/** 0 where it holds wherever it must, 3 where it was done in part, 1 where too little was. */
export function statusOf(
  { complete, missing, allowed }: Standing,
  { minRegions, everywhere = false }: Tolerance,
): 0 | 1 | 3 {
  const all = complete.length + missing.length + allowed.length;
  if (complete.length < (everywhere ? minRegions : Math.min(minRegions, all))) return 1;
  return missing.length === 0 ? 0 : 3;
}
