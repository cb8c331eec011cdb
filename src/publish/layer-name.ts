// The layer's name in AWS, from the project's pattern.
import type { Architecture } from "../model/architecture.ts";
import { usageError } from "../model/errors.ts";
import { layerNamePattern, limits } from "../model/limits.ts";

/**
 * Fills in `{name}` and `{arch}` (AWS's name of the architecture).
 * @throws usageError where Lambda would refuse the result.
 */
export function layerNameFor(pattern: string, name: string, architecture: Architecture): string {
  const layerName = pattern.replaceAll("{name}", name).replaceAll("{arch}", architecture);
  if (layerNamePattern.test(layerName) && layerName.length <= limits.layerNameCharacters) return layerName;
  throw usageError(`${JSON.stringify(layerName)} cannot be the name of a layer.`, {
    code: "InvalidLayerName",
    hint: `Letters, digits, - and _, at most ${limits.layerNameCharacters} of them; {name} and {arch} are filled in.`,
  });
}

/** Whether both architectures are versions of one and the same layer. */
export function isShared(pattern: string): boolean {
  return !pattern.includes("{arch}");
}
