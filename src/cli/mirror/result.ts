// What mirror shows besides what publish does: the original, its license, and copies that say something else.
import type { DownloadableLayer } from "../../aws/lambda/layer-by-arn.ts";
import { formatBytes } from "../../model/bytes.ts";
import type { Compared } from "../../publish/mirror/compare.ts";
import type { CommandContext, Outcome } from "../command.ts";

/** Says what is being copied, and on whose terms. */
export function tellOriginal({ progress, tell }: CommandContext, original: DownloadableLayer): void {
  const { arn, license, architectures, runtimes, codeBytes } = original;
  const list = (items: readonly string[]) => (items.length === 0 ? "any" : items.join(", "));
  progress.step(
    `${arn}: ${formatBytes(codeBytes)}, architectures: ${list(architectures)}, runtimes: ${list(runtimes)}`,
  );
  tell(
    license === ""
      ? "It says nothing about its license: whether you may copy it is its owner's to say."
      : `Its license, as it says itself: ${license}`,
  );
}

/** Warns of copies that were there, with the same bytes, and say something else about themselves. */
export function tellDifferences({ progress }: CommandContext, compared: readonly Compared[]): void {
  for (const { outcome, differences } of compared) {
    if (differences.length === 0 || outcome.error) continue;
    progress.warn(
      `${outcome.arn} has the same bytes, and another ${differences.join(" and ")}: --force copies it anew.`,
    );
  }
}

/** The outcome of the publish, with what was copied. */
export function withOriginal(outcome: Outcome, original: DownloadableLayer): Outcome {
  // Whoever has the address has the zip.
  const { location: _, version: __, created: ___, ...source } = original;
  const { layers = [], ...rest } = (outcome.document ?? {}) as { readonly layers?: readonly Layer[] };
  const { architectures } = original;
  const copies = layers.map(({ architecture: ____, ...layer }) => ({ ...layer, architectures }));
  return { ...outcome, document: { schemaVersion: 1, original: source, ...rest, layers: copies } };
}

/** A publish has one architecture for each version, a copy those of its original. */
interface Layer {
  readonly architecture: string;
}
