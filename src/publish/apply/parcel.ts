// A large zip on its way through S3: put into a bucket of the region when it is first needed, removed when it is needed no longer.
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import type { Connection } from "../../aws/connection.ts";
import { isRefusal, mayHaveHappened } from "../../aws/errors.ts";
import type { LayerContent } from "../../aws/lambda/layers.ts";
import { countStream, type SentBytes } from "../../aws/sent-bytes.ts";
import { LambdaExtError } from "../../model/errors.ts";
import type { WantedLayer } from "../wish.ts";
import { cannotRead } from "./planned-zip.ts";
import type { Source } from "./source.ts";

const attempts = 4;
const firstPauseMilliseconds = 500;
/** Removing goes on where a run was interrupted or a region given up, and must not keep anybody for long. */
const removeMilliseconds = 10_000;

/** The zip of one layer in one region. */
export interface Parcel extends Source {
  /** Removes the object, where this run may have made it. Gives its address where that failed, `s3://…`. */
  remove(connection: Connection): Promise<string | undefined>;
  /** Removes an object that an earlier run was killed before it could. */
  removeLeftover(connection: Connection): Promise<void>;
}

/**
 * The parcel of a layer. Its key is made from the layer's name and the bytes: whoever repeats a run that was killed puts, and removes, the
 * same object.
 */
export function createParcel(layer: WantedLayer, bucket: string): Parcel {
  const { region, layerName, architecture, codeSha256, zip, zipBytes } = layer;
  const hash = Buffer.from(codeSha256, "base64").toString("hex");
  const address = { region, bucket, key: `lambda-ext/${layerName}/${architecture}-${hash}.zip` };
  let begun = false;
  let there: LayerContent | undefined;
  let objectVersion: string | undefined;

  const send = async (connection: Connection, sent: SentBytes) => {
    const { putObject } = await import("../../aws/s3.ts");
    const file = createReadStream(zip, { highWaterMark: 256 * 1024 });
    const unreadable = new Promise<never>((_, reject) => {
      file.once("error", (cause) => reject(cannotRead(zip, cause)));
    });
    const body = Readable.from(countStream(file, zipBytes, sent), { objectMode: false });
    // What breaks it is told by whoever reads it.
    body.on("error", () => {});
    unreadable.catch(() => {});
    begun = true;
    try {
      return await Promise.race([
        putObject(connection, { ...address, body, bytes: zipBytes, sha256: codeSha256 }),
        unreadable,
      ]);
    } finally {
      body.destroy();
      file.destroy();
    }
  };

  return {
    codeSha256,
    async ready(connection, sent) {
      for (let attempt = 1; !there; attempt++) {
        try {
          objectVersion = await send(connection, sent);
          there = { bucket, key: address.key, objectVersion };
        } catch (error) {
          const passing = mayHaveHappened(error) || isRefusal(error, "Throttled", "CannotConnect");
          if (!passing || attempt === attempts) throw error;
          await connection.pace.pause(firstPauseMilliseconds * 2 ** (attempt - 1), connection.signal);
        }
      }
      return there;
    },
    again() {
      there = undefined;
    },
    async remove(connection) {
      if (!begun) return undefined;
      const { deleteObject } = await import("../../aws/s3.ts");
      try {
        await deleteObject(lastWords(connection), { ...address, version: objectVersion });
        return undefined;
      } catch (error) {
        // Where there is nothing to put it into, nothing was put.
        if (isRefusal(error, "NoSuchBucket", "BucketElsewhere")) return undefined;
        return `s3://${bucket}/${address.key}`;
      }
    },
    async removeLeftover(connection) {
      const { deleteObject, hasObject } = await import("../../aws/s3.ts");
      try {
        if (await hasObject(connection, address)) await deleteObject(connection, address);
      } catch (error) {
        // Nothing hangs on it.
        if (!(error instanceof LambdaExtError) || error.kind === "interrupted") throw error;
      }
    },
  };
}

/** The same connection, with a little time of its own. */
function lastWords(connection: Connection): Connection {
  return { ...connection, signal: AbortSignal.timeout(removeMilliseconds) };
}
