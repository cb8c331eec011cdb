// Objects in S3 on their way into Lambda: put one, look for one, remove one.
import type { Readable } from "node:stream";
import {
  DeleteObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { LambdaExtError, remoteError } from "../model/errors.ts";
import { call } from "./call.ts";
import { type Connection, once } from "./connection.ts";
import { isRefusal, type Purpose } from "./errors.ts";
import { readSdkError } from "./sdk-error.ts";

/** Where an object is. */
export interface ObjectAddress {
  readonly region: string;
  readonly bucket: string;
  readonly key: string;
}

/** An object to be put. */
export interface ObjectInput extends ObjectAddress {
  /** Opened for this one request. */
  readonly body: Readable;
  readonly bytes: number;
  /** Base64 of its SHA-256. */
  readonly sha256: string;
}

/** The SDK writes to the console of a stream that it cannot send again; that is the caller's to tell. */
const silent = { debug() {}, info() {}, warn() {}, error() {} };

class QuietClient extends S3Client {
  constructor(settings: S3ClientConfig) {
    super({ ...settings, logger: silent });
  }
}

/** An address with the bucket's name in front of it would need a name server that knows every bucket. */
class PathStyleClient extends QuietClient {
  constructor(settings: S3ClientConfig) {
    super({ ...settings, forcePathStyle: true });
  }
}

/**
 * Puts an object; S3 refuses bytes that don't have this hash, both on the way and where they arrive. Sent once, since a stream cannot be
 * sent again: repeating it with another one does no harm.
 * @returns the object's version where the bucket keeps versions.
 */
export async function putObject(connection: Connection, input: ObjectInput): Promise<string | undefined> {
  const { region, bucket, key, sha256 } = input;
  const purpose = { doing: `send the zip to s3://${bucket}/${key} in ${region}`, region };
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: input.body,
    ContentLength: input.bytes,
    ContentType: "application/zip",
    ChecksumSHA256: sha256,
  });
  const hash = Buffer.from(sha256, "base64").toString("hex");
  // Signs the body too, which the SDK does not for a stream.
  command.middlewareStack.add(
    (next) => async (args) => {
      (args.request as { headers: Record<string, string> }).headers["x-amz-content-sha256"] = hash;
      return await next(args);
    },
    { step: "build", name: "signBody" },
  );
  const answer = await guard(purpose, input, () =>
    call(connection, purpose, (options) => client(connection, region).send(command, options)),
  );
  if (answer.ChecksumSHA256 !== undefined && answer.ChecksumSHA256 !== sha256) throw changedOnItsWay(purpose);
  return answer.VersionId;
}

/** Whether an object is there. */
export async function hasObject(connection: Connection, address: ObjectAddress): Promise<boolean> {
  const { region, bucket: Bucket, key: Key } = address;
  const purpose = { doing: `look for s3://${Bucket}/${Key} in ${region}`, region };
  try {
    await guard(purpose, address, () =>
      call(connection, purpose, (options) =>
        client(connection, region).send(new HeadObjectCommand({ Bucket, Key }), options),
      ),
    );
    return true;
  } catch (error) {
    if (isRefusal(error, "NotFound", "NoSuchKey")) return false;
    throw error;
  }
}

/** Removes an object, one version of it where one is named. One that is not there is what was wanted. */
export async function deleteObject(
  connection: Connection,
  { version, ...address }: ObjectAddress & { readonly version?: string | undefined },
): Promise<void> {
  const { region, bucket, key } = address;
  const purpose = { doing: `remove s3://${bucket}/${key} in ${region}`, region };
  const command = new DeleteObjectCommand({
    Bucket: bucket,
    Key: key,
    ...(version !== undefined && { VersionId: version }),
  });
  await guard(purpose, address, () =>
    call(connection, purpose, (options) => client(connection, region).send(command, options)),
  );
}

function client(connection: Connection, region: string): S3Client {
  return connection.client(connection.target.endpoint === undefined ? QuietClient : PathStyleClient, region, once);
}

const elsewhere = new Set(["PermanentRedirect", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"]);
const damaged = new Set(["BadDigest", "XAmzContentSHA256Mismatch", "InvalidDigest", "XAmzContentChecksumMismatch"]);

/** Says in our words what S3 refuses in ways of its own. */
async function guard<Answer>(
  purpose: Purpose,
  { region, bucket }: Pick<ObjectAddress, "region" | "bucket">,
  work: () => Promise<Answer>,
): Promise<Answer> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof LambdaExtError) || error.kind !== "remote") throw error;
    const { status } = readSdkError(error.cause);
    const words = (code: string, why: string, hint: string) =>
      remoteError(`Could not ${purpose.doing}: ${why}`, { code, hint, cause: error.cause });
    if (error.code === "NoSuchBucket") {
      throw words(
        "NoSuchBucket",
        `there is no bucket ${bucket}.`,
        `Make it in that region: aws s3 mb s3://${bucket} --region ${region}. Or name another one: --bucket.`,
      );
    }
    if (elsewhere.has(error.code) || status === 301) {
      throw words(
        "BucketElsewhere",
        `the bucket ${bucket} is in another region.`,
        "Lambda takes zips from buckets of its own region alone: name one for each, with {region} in --bucket.",
      );
    }
    if (damaged.has(error.code)) throw changedOnItsWay(purpose, error.cause);
    if (error.code === "AccessDenied") {
      throw words(
        "AccessDenied",
        error.message.slice(error.message.indexOf(": ") + 2),
        `The caller needs s3:PutObject, s3:GetObject and s3:DeleteObject on arn:aws:s3:::${bucket}/lambda-ext/*, and the bucket must be theirs.`,
      );
    }
    throw error;
  }
}

function changedOnItsWay({ doing }: Purpose, cause?: unknown): LambdaExtError {
  return remoteError(`Could not ${doing}: other bytes arrived than are in the zip that was looked at.`, {
    code: "UploadDamaged",
    hint: "Has the zip been built anew meanwhile? Run the same command again.",
    cause,
  });
}
