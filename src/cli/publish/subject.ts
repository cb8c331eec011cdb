// What a layer is called in sentences.

interface Named {
  readonly layerName: string;
  readonly architecture: string;
}

/** A function that names layers: with their architecture where both have one name. */
export function subjects(all: Iterable<Named>): (layer: Named) => string {
  const architectures = new Map<string, Set<string>>();
  for (const { layerName, architecture } of all) {
    const those = architectures.get(layerName) ?? new Set();
    architectures.set(layerName, those.add(architecture));
  }
  return ({ layerName, architecture }) =>
    (architectures.get(layerName)?.size ?? 0) > 1 ? `${layerName} (${architecture})` : layerName;
}
