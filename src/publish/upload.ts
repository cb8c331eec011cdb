// Publishes one layer version exactly once, even where the answer gets lost.
import type { Connection } from "../aws/connection.ts";
import { isRefusal, mayHaveHappened } from "../aws/errors.ts";
import { type LayerVersion, type LayerVersionInput, publishLayerVersion } from "../aws/lambda/layers.ts";
import { LambdaExtError, remoteError } from "../model/errors.ts";
import { lookAtLayer } from "./observe.ts";
import type { PresentLayer, PublishAction } from "./plan.ts";

const attempts = 4;
const firstPauseMilliseconds = 500;

/**
 * Uploads. AWS makes a new version of every request that reaches it, so after a lost answer the region is looked at: a version that
 * came after `newest` and has these bytes is the one that this upload made. Refusals by throttling made nothing and are repeated.
 * @throws LambdaExtError
 */
export async function uploadLayer(
  connection: Connection,
  action: PublishAction & { action: "publish" },
  input: LayerVersionInput & { readonly shared: boolean },
): Promise<PresentLayer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return verified(await publishLayerVersion(connection, input), action);
    } catch (error) {
      const lost = mayHaveHappened(error);
      if (!lost && !isRefusal(error, "Throttled", "CannotConnect")) throw error;
      if (!lost && attempt === attempts) throw error;
      await connection.pace.pause(firstPauseMilliseconds * 2 ** (attempt - 1), connection.signal);
      const made = lost ? await findOwn(connection, action, { shared: input.shared, error }) : undefined;
      if (made) return made;
      if (attempt === attempts) throw error;
    }
  }
}

async function findOwn(
  connection: Connection,
  action: PublishAction & { action: "publish" },
  { shared, error }: { readonly shared: boolean; readonly error: unknown },
): Promise<PresentLayer | undefined> {
  const { region, layerName, architecture } = action;
  try {
    const newest = await lookAtLayer(connection, {
      region,
      layerName,
      architecture: shared ? architecture : undefined,
    });
    const isNew = newest !== undefined && newest.version > (action.newest?.version ?? 0);
    return isNew && newest.codeSha256 === action.codeSha256 ? newest : undefined;
  } catch (second) {
    // Without a look nothing may be repeated: what went wrong first is what there is to tell.
    throw second instanceof LambdaExtError && second.kind === "interrupted" ? second : error;
  }
}

function verified(version: LayerVersion, action: PublishAction): LayerVersion {
  if (version.codeSha256 === action.codeSha256) return version;
  throw remoteError(
    `Could not publish layer ${action.layerName} in ${action.region}: other bytes arrived than were sent.`,
    {
      code: "HashMismatch",
      hint: `Delete ${version.arn} and publish again.`,
    },
  );
}
