// Reads a zip that is to be published, and makes sure that it is the one which the plan is about: what is sent gets a number for ever.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { type LambdaExtError, toolError } from "../../model/errors.ts";
import type { WantedLayer } from "../wish.ts";

/**
 * The bytes.
 * @throws LambdaExtError `CannotRead`, and `ZipChanged` where they are no longer those that were looked at.
 */
export async function readPlannedZip({
  zip,
  codeSha256,
}: Pick<WantedLayer, "zip" | "codeSha256">): Promise<Uint8Array> {
  const bytes = await readFile(zip).catch((cause) => {
    throw cannotRead(zip, cause);
  });
  if (createHash("sha256").update(bytes).digest("base64") === codeSha256) return bytes;
  throw toolError(`${zip} has other bytes than when this began.`, {
    code: "ZipChanged",
    hint: "Something builds it anew. Wait for that to end, and run the same command again.",
  });
}

/** For a zip that was there when this began. */
export function cannotRead(zip: string, cause: Error): LambdaExtError {
  return toolError(`Could not read ${zip}: ${cause.message}.`, {
    code: "CannotRead",
    hint: "Build it again: lambda-ext build",
    cause,
  });
}
