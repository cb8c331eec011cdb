// A function's code, ready to be sent.
import { createHash } from "node:crypto";
import { usageError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";

/** A zip and its hash. */
export interface FunctionCode {
  readonly zip: Uint8Array;
  /** Base64: what AWS will call CodeSha256. */
  readonly sha256: string;
}

/**
 * Hashes a zip.
 * @throws usageError where it is none, or larger than a request may carry.
 */
export function functionCode(zip: Uint8Array, name: string): FunctionCode {
  // PK and a local file header, or the end record of an empty zip.
  if (zip[0] !== 0x50 || zip[1] !== 0x4b) {
    throw usageError(`${name} is not a zip.`, {
      code: "InvalidZip",
      hint: "Give a folder with --source to have it zipped.",
    });
  }
  if (zip.length > limits.directUploadBytes) {
    throw usageError(`${name} has ${zip.length} bytes; ${limits.directUploadBytes} can be sent.`, {
      code: "ZipTooLarge",
      hint: "Leave out what the function doesn't need, or put it into a layer.",
    });
  }
  return { zip, sha256: createHash("sha256").update(zip).digest("base64") };
}
