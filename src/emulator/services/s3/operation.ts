// What an operation of S3 is: a call that is about a bucket, or an object in it.
import { authorize } from "../../access/authorize.ts";
import type { BucketDocument } from "../../store/documents.ts";
import type { Answer } from "../../wire/protocol.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, partitionOfCall } from "../call.ts";
import { elsewhere, noSuchBucket } from "./refusals.ts";

/** A call with what its path and query say. */
export interface S3Call extends Call {
  /** Empty where the call is about all buckets. */
  readonly bucket: string;
  /** Empty where it is about a bucket. */
  readonly key: string;
  readonly query: URLSearchParams;
}

/** One operation. */
export interface S3Operation {
  /** The IAM action without `s3:`. */
  readonly action: string;
  handle(account: AccountState, call: S3Call): Promise<Answer> | Answer;
}

/** The bucket of a call. @throws AwsError where it is not there, or in another region. */
export function findBucket(account: AccountState, call: S3Call): BucketDocument {
  const found = account.store.buckets.get(partitionOfCall(call), call.bucket);
  if (!found) throw noSuchBucket(call.bucket);
  if (found.region !== call.region) throw elsewhere(found.name, found.region);
  return found;
}

/** The key of a call's object, or of another one in its bucket, among the documents. */
export function objectKey(call: S3Call, key = call.key): [string, string, string] {
  return [partitionOfCall(call), call.bucket, key];
}

/** What waits for what: changes to one object. */
export function objectLock(call: S3Call, key = call.key): string {
  return `object ${objectKey(call, key).join(" ")}`;
}

/** The ARN of a bucket or of an object; neither has a region or an account. */
export function s3Arn(call: Pick<Call, "region">, resource: string): string {
  return `arn:${partitionOfCall(call)}:s3:::${resource}`;
}

/** @throws AwsError where the caller may not do this to the resource. */
export function authorizeS3(
  account: AccountState,
  { principal, region }: Pick<Call, "principal" | "region">,
  { action, resource }: { readonly action: string; readonly resource: string },
): void {
  authorize(account, { principal, region, action, resources: () => [resource], refusal: "AccessDenied" });
}
