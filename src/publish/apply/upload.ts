// Publishes one layer version exactly once, even where the answer gets lost.
import type { Connection } from "../../aws/connection.ts";
import { isRefusal, mayHaveHappened } from "../../aws/errors.ts";
import { type LayerVersion, type LayerVersionInput, publishLayerVersion } from "../../aws/lambda/layers.ts";
import type { SentBytes } from "../../aws/sent-bytes.ts";
import { LambdaExtError, remoteError } from "../../model/errors.ts";
import { lookAtLayer } from "../observe.ts";
import type { Unanswered } from "../unanswered.ts";
import type { Source } from "./source.ts";

const attempts = 4;
/** A version that is only being made while its connection breaks, and a list that lags behind, are found by a later look. */
const looks = 3;
const firstPauseMilliseconds = 500;

/** What is to be published, and what is known of the layer. */
export interface Upload extends Omit<LayerVersionInput, "content"> {
  readonly source: Source;
  /** Told how much of the bytes has been sent. */
  readonly sent: SentBytes;
  /** The newest version before it; 0 for none. */
  readonly after: number;
  readonly unanswered: Unanswered;
}

/**
 * Uploads. AWS makes a new version of every request that reaches it, so after a lost answer the region is looked at: a version that
 * came after `after` and has these bytes is the one that this upload made. Refusals by throttling made nothing and are repeated. What an
 * earlier run has sent without knowing its answer is looked for in the same way, before it is sent again.
 * @throws LambdaExtError
 */
export async function uploadLayer(connection: Connection, upload: Upload): Promise<LayerVersion> {
  const { region, layer, unanswered } = upload;
  const mark = { region, layer, codeSha256: upload.source.codeSha256 };
  try {
    const earlier = (await unanswered.has(mark)) ? await findOwn(connection, upload) : undefined;
    const made = earlier ?? (await send(connection, upload, () => unanswered.begin(mark)));
    await unanswered.end(mark);
    return made;
  } catch (error) {
    const refused = error instanceof LambdaExtError && error.kind !== "interrupted" && !mayHaveHappened(error);
    if (refused) await unanswered.end(mark);
    throw error;
  }
}

async function send(connection: Connection, upload: Upload, begin: () => Promise<void>): Promise<LayerVersion> {
  for (let attempt = 1; ; attempt++) {
    try {
      const content = await upload.source.ready(connection, upload.sent);
      await begin();
      return verified(await publishLayerVersion(connection, { ...upload, content }, upload.sent), upload);
    } catch (error) {
      if (isGone(error) && upload.source.again && attempt < attempts) {
        upload.source.again();
        continue;
      }
      const lost = mayHaveHappened(error);
      if (!lost && !isRefusal(error, "Throttled", "CannotConnect")) throw error;
      if (!lost && attempt === attempts) throw error;
      if (!lost) await connection.pace.pause(firstPauseMilliseconds * 2 ** (attempt - 1), connection.signal);
      const made = lost ? await findOwn(connection, upload, error) : undefined;
      if (made) return made;
      if (attempt === attempts) throw error;
    }
  }
}

/** Undefined where no look finds it: then it was not made, and may be sent again. */
async function findOwn(connection: Connection, upload: Upload, error?: unknown): Promise<LayerVersion | undefined> {
  const { region, layer, architectures, after, source } = upload;
  const address = { region, layerName: layer, architecture: architectures[0] };
  try {
    for (let look = 0; look < looks; look++) {
      await connection.pace.pause(firstPauseMilliseconds * 2 ** look, connection.signal);
      const newest = await lookAtLayer(connection, address);
      if (newest !== undefined && newest.version > after && newest.codeSha256 === source.codeSha256) return newest;
    }
    return undefined;
  } catch (second) {
    // Without a look nothing may be repeated: what went wrong first is what there is to tell.
    throw second instanceof LambdaExtError && second.kind === "interrupted" ? second : (error ?? second);
  }
}

/** Another run, that published the same bytes, has removed the object meanwhile. */
function isGone(error: unknown): boolean {
  return (
    isRefusal(error, "InvalidParameterValueException") && error instanceof Error && /NoSuchKey/.test(error.message)
  );
}

function verified(version: LayerVersion, { layer, region, source }: Upload): LayerVersion {
  if (version.codeSha256 === source.codeSha256) return version;
  throw remoteError(`Could not publish layer ${layer} in ${region}: other bytes arrived than were sent.`, {
    code: "HashMismatch",
    hint: `Delete ${version.arn} and publish again.`,
  });
}
