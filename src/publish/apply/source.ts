// Where the bytes of a version come from, and how a request names them: in itself, or by an object in S3.
import { createHash } from "node:crypto";
import type { Connection } from "../../aws/connection.ts";
import type { LayerContent } from "../../aws/lambda/layers.ts";
import type { SentBytes } from "../../aws/sent-bytes.ts";

/** Bytes to be published, once or several times. */
export interface Source {
  /** Base64. */
  readonly codeSha256: string;
  /** Has them where a request can name them. */
  ready(connection: Connection, sent: SentBytes): Promise<LayerContent>;
  /** Forgets that they are there: somebody has removed them. */
  again?(): void;
}

/** Bytes that are sent in the request itself, read when they are needed. */
export function directSource(read: () => Promise<Uint8Array>, codeSha256: string): Source {
  return { codeSha256, ready: async () => ({ zip: await read() }) };
}

/** The same for bytes whose hash is not known. */
export async function bytesSource(read: () => Promise<Uint8Array>): Promise<Source> {
  const codeSha256 = createHash("sha256")
    .update(await read())
    .digest("base64");
  return directSource(read, codeSha256);
}
