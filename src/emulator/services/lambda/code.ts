// Takes in a zip that a caller sends, as Lambda does: it must be one, and fit.
import { existsSync } from "node:fs";
import { readZip } from "../../../layer/zip/read.ts";
import { LambdaExtError } from "../../../model/errors.ts";
import { limits } from "../../../model/limits.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { Input } from "../../wire/input.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, partitionOfCall } from "../call.ts";
import { authorizeS3 } from "../s3/operation.ts";

/** A zip that was checked and is kept. */
export interface StoredCode {
  readonly codeSha256: string;
  readonly codeSize: number;
  readonly unzippedBytes: number;
}

/** Who sends it, and where to. */
type Sender = Pick<Call, "principal" | "region">;

/**
 * Checks and keeps a request's code: its `ZipFile`, or the object in S3 that it names.
 * @throws AwsError in the words of recorded refusals.
 */
export async function storeCode(account: AccountState, sender: Sender, code: Input): Promise<StoredCode> {
  const { blobs } = account.store;
  const zipFile = code.text("ZipFile");
  const bucket = code.text("S3Bucket");
  if (zipFile === undefined && bucket !== undefined) return await storeObject(account, sender, { code, bucket });
  if (zipFile === undefined) throw missing(code);
  const data = Buffer.from(zipFile, "base64");
  if (data.length > limits.directUploadBytes) {
    const text = `Zipped size must be smaller than ${limits.directUploadBytes} bytes`;
    throw new AwsError("RequestEntityTooLargeException", text, { status: 413, style: "bare" });
  }
  const unzippedBytes = await checkedSize(data);
  const { codeSha256, bytes } = await blobs.put(data);
  return { codeSha256, codeSize: bytes, unzippedBytes };
}

function missing(code: Input): AwsError {
  if (code.has("ImageUri")) {
    return new AwsError(
      "InvalidParameterValueException",
      "The local endpoint does not run container images: send a zip.",
    );
  }
  return new AwsError("InvalidParameterValueException", "Please provide a source for function code.");
}

/** Lambda reads the object with the caller's leave. */
async function storeObject(
  account: AccountState,
  { principal, region }: Sender,
  { code, bucket }: { readonly code: Input; readonly bucket: string },
): Promise<StoredCode> {
  const { store } = account;
  const key = code.text("S3Key");
  if (key === undefined) throw objectError("InvalidRequest", "S3Key must be given together with S3Bucket.");
  if (code.has("S3ObjectVersion")) {
    throw objectError("NoSuchVersion", "The specified version does not exist: no bucket here keeps versions.");
  }
  const partition = partitionOfCall({ region });
  const place = store.buckets.get(partition, bucket);
  if (!place) throw objectError("NoSuchBucket", "The specified bucket does not exist");
  if (place.region !== region) {
    throw objectError(
      "PermanentRedirect",
      `The bucket is in this region: ${place.region}. Please use this region to retry the request`,
    );
  }
  const resource = `arn:${partition}:s3:::${bucket}/${key}`;
  authorizeS3(account, { principal, region }, { action: "s3:GetObject", resource });
  const object = store.objects.get(partition, bucket, key);
  if (!object) throw objectError("NoSuchKey", "The specified key does not exist.");
  const file = store.objectFiles.path(object.file);
  try {
    const unzippedBytes = await checkedSize(file);
    await store.blobs.adopt(file, object.sha256);
    return { codeSha256: object.sha256, codeSize: object.bytes, unzippedBytes };
  } catch (error) {
    if (existsSync(file)) throw error;
    throw objectError("NoSuchKey", "The specified key does not exist.");
  }
}

function objectError(code: string, message: string): AwsError {
  const text = `Error occurred while GetObject. S3 Error Code: ${code}. S3 Error Message: ${message}`;
  return new AwsError("InvalidParameterValueException", text);
}

async function checkedSize(zip: Buffer | string): Promise<number> {
  const unzippedBytes = await measure(zip);
  if (unzippedBytes <= limits.unzippedBytes) return unzippedBytes;
  const text = `Unzipped size must be smaller than ${limits.unzippedBytes} bytes`;
  throw new AwsError("InvalidParameterValueException", text);
}

async function measure(data: Buffer | string): Promise<number> {
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
