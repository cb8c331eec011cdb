// Holds copies against their original, as each region tells what it has.
import type { Connection } from "../../aws/connection.ts";
import { getLayerVersion, type LayerVersion } from "../../aws/lambda/layers.ts";
import { LambdaExtError, remoteError } from "../../model/errors.ts";
import type { PublishOutcome } from "../apply/outcome.ts";
import { failureOf } from "../plan/sighting.ts";
import { createTurns } from "../versions/turns.ts";

/** A copy, and in what it differs from the original; a copy that was there before may do so, one that was just made must not. */
export interface Compared {
  readonly outcome: PublishOutcome;
  readonly differences: readonly string[];
}

/** Compares every copy that is there; one that was made and differs has failed, as has one that cannot be looked at. */
export async function compareCopies(
  connection: Connection,
  original: LayerVersion,
  outcomes: readonly PublishOutcome[],
): Promise<Compared[]> {
  const turns = createTurns();
  return await Promise.all(
    outcomes.map(async (outcome): Promise<Compared> => {
      const { region, layerName: layer, version } = outcome;
      if (version === undefined || outcome.error) return { outcome, differences: [] };
      try {
        const copy = await turns(region, () => getLayerVersion(connection, { region, layer, version }));
        const differences = differencesOf(original, copy);
        const must = outcome.result === "published" || copy.codeSha256 !== original.codeSha256;
        return { outcome: must && differences.length > 0 ? failed(outcome, differences) : outcome, differences };
      } catch (error) {
        if (!(error instanceof LambdaExtError) || error.kind === "interrupted") throw error;
        return { outcome: { ...outcome, result: "failed", error: failureOf(error) }, differences: [] };
      }
    }),
  );
}

function failed(outcome: PublishOutcome, differences: readonly string[]): PublishOutcome {
  const error = remoteError(
    `${outcome.arn} is not what it was copied from: it has another ${differences.join(" and ")}.`,
    {
      code: "CopyDiffers",
      hint: "Delete that version, and run the same command again.",
    },
  );
  return { ...outcome, result: "failed", error: failureOf(error) };
}

function differencesOf(original: LayerVersion, copy: LayerVersion): string[] {
  const same = (a: readonly string[], b: readonly string[]) => [...a].sort().join() === [...b].sort().join();
  return [
    ...(copy.codeSha256 === original.codeSha256 ? [] : ["hash"]),
    ...(same(copy.architectures, original.architectures) ? [] : ["list of architectures"]),
    ...(same(copy.runtimes, original.runtimes) ? [] : ["list of runtimes"]),
    ...(copy.license === original.license ? [] : ["license"]),
    ...(copy.description === original.description ? [] : ["description"]),
  ];
}
