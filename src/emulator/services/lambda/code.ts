// Takes in a zip that a caller sends, as Lambda does: it must be one, and fit.
import { readZip } from "../../../layer/zip/read.ts";
import { LambdaExtError } from "../../../model/errors.ts";
import { limits } from "../../../model/limits.ts";
import type { Blobs } from "../../store/blobs.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { Input } from "../../wire/input.ts";

/** A zip that was checked and is kept. */
export interface StoredCode {
  readonly codeSha256: string;
  readonly codeSize: number;
  readonly unzippedBytes: number;
}

/**
 * Checks and keeps the `ZipFile` of a request.
 * @throws AwsError in the words of recorded refusals.
 */
export async function storeCode(blobs: Blobs, code: Input): Promise<StoredCode> {
  const zipFile = code.text("ZipFile");
  if (zipFile === undefined) throw missing(code);
  const data = Buffer.from(zipFile, "base64");
  if (data.length > limits.directUploadBytes) {
    const text = `Zipped size must be smaller than ${limits.directUploadBytes} bytes`;
    throw new AwsError("RequestEntityTooLargeException", text, { status: 413, style: "bare" });
  }
  const unzippedBytes = await measure(data);
  if (unzippedBytes > limits.unzippedBytes) {
    const text = `Unzipped size must be smaller than ${limits.unzippedBytes} bytes`;
    throw new AwsError("InvalidParameterValueException", text);
  }
  const { codeSha256, bytes } = await blobs.put(data);
  return { codeSha256, codeSize: bytes, unzippedBytes };
}

function missing(code: Input): AwsError {
  if (code.has("S3Bucket") || code.has("S3Key")) {
    const text = "S3 is not part of the local endpoint: send the zip itself (ZipFile) instead of S3Bucket and S3Key.";
    return new AwsError("InvalidParameterValueException", text);
  }
  if (code.has("ImageUri")) {
    return new AwsError(
      "InvalidParameterValueException",
      "The local endpoint does not run container images: send a zip.",
    );
  }
  return new AwsError("InvalidParameterValueException", "Please provide a source for function code.");
}

async function measure(data: Buffer): Promise<number> {
  try {
    const zip = await readZip(data);
    try {
      return zip.entries.reduce((sum, { unzippedBytes }) => sum + unzippedBytes, 0);
    } finally {
      zip.close();
    }
  } catch (cause) {
    if (!(cause instanceof LambdaExtError)) throw cause;
    const text = "Could not unzip uploaded file. Please check your file, then try to upload again.";
    throw new AwsError("InvalidParameterValueException", text, { cause });
  }
}
