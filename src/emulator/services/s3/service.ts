// S3, path style: buckets of every region, objects as files. Enough for zips on their way to Lambda, and for what functions read and write.
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import type { Call } from "../call.ts";
import type { Service } from "../service.ts";
import {
  createBucket,
  deleteBucket,
  getBucketLocation,
  getBucketVersioning,
  headBucket,
  listBuckets,
  listObjects,
} from "./buckets.ts";
import { refuseUnplayed } from "./description.ts";
import { abortMultipartUpload, completeMultipartUpload, createMultipartUpload, uploadPart } from "./multipart.ts";
import { deleteObject, deleteObjects, getObject, headObject, putObject } from "./objects.ts";
import { authorizeS3, type S3Call, type S3Operation, s3Arn } from "./operation.ts";
import { invalidArgument, notImplemented } from "./refusals.ts";
import { nameOperation } from "./routes.ts";

const operations: Readonly<Record<string, S3Operation>> = {
  ListBuckets: listBuckets,
  CreateBucket: createBucket,
  HeadBucket: headBucket,
  DeleteBucket: deleteBucket,
  GetBucketLocation: getBucketLocation,
  GetBucketVersioning: getBucketVersioning,
  ListObjectsV2: listObjects,
  PutObject: putObject,
  GetObject: getObject,
  HeadObject: headObject,
  DeleteObject: deleteObject,
  DeleteObjects: deleteObjects,
  CreateMultipartUpload: createMultipartUpload,
  UploadPart: uploadPart,
  CompleteMultipartUpload: completeMultipartUpload,
  AbortMultipartUpload: abortMultipartUpload,
};

/** From S3's documentation. */
const longestKey = 1024;

/** S3, on this account. */
export function s3Service(account: AccountState): Service {
  return {
    operations: Object.keys(operations),
    operationOf: (request) => nameOperation(readAddress(request), request),
    streams: true,
    maxBodyBytes: 0,
    tooLarge: () => new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size"),
    async handle(call) {
      const named: S3Call = { ...call, ...readAddress(call) };
      const name = nameOperation(named, call);
      const operation = Object.hasOwn(operations, name) ? operations[name] : undefined;
      if (!operation) throw notImplemented(name);
      refuseUnplayed(call);
      if (Buffer.byteLength(named.key) > longestKey) {
        throw new AwsError("KeyTooLongError", "Your key is too long", { fields: { MaxSizeAllowed: longestKey } });
      }
      // Of several keys, each is asked for by itself.
      if (operation !== deleteObjects) {
        const resource =
          operation === listBuckets ? "*" : s3Arn(call, [named.bucket, named.key].filter(Boolean).join("/"));
        authorizeS3(account, call, { action: `s3:${operation.action}`, resource });
      }
      return await operation.handle(account, named);
    },
  };
}

/** What a path and a query say. */
function readAddress({ rawPath, rawQuery }: Pick<Call, "rawPath" | "rawQuery">) {
  const [, rawBucket = "", rawKey = ""] = /^\/([^/]*)\/?(.*)$/s.exec(rawPath) ?? [];
  return { bucket: decode(rawBucket), key: decode(rawKey), query: new URLSearchParams(rawQuery) };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalidArgument(`${text} is not percent-encoded.`, "Key");
  }
}
