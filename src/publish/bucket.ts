// The bucket that large zips go through, one for each region.
import { usageError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { PublishPlan } from "./plan/actions.ts";

/** From S3's documentation on naming buckets. */
const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

/** The name of a region's bucket. */
export function bucketIn(pattern: string, region: string): string {
  return pattern.replaceAll("{region}", region);
}

/** Whether a pattern asks for the account's number. */
export function namesAccount(pattern: string): boolean {
  return pattern.includes("{account}");
}

/**
 * Refuses names that no bucket can have, and one bucket for several regions: Lambda takes zips from its own region alone.
 * @throws usageError `InvalidBucket`, `OneBucketForAll`
 */
export function checkBucket(pattern: string, regions: readonly string[]): void {
  const unknown = /\{(?!(?:region|account)\})[^}]*\}?/.exec(pattern)?.[0];
  const sample = pattern.replaceAll("{region}", regions[0] ?? "eu-west-1").replaceAll("{account}", "123456789012");
  if (unknown !== undefined || !bucketName.test(sample)) {
    throw usageError(`${JSON.stringify(pattern)} cannot be a bucket${unknown ? `: there is no ${unknown}` : ""}.`, {
      code: "InvalidBucket",
      hint: "A name of 3 to 63 lower-case letters, digits, dots and hyphens, with {region} and {account} in it: --bucket zips-{account}-{region}",
    });
  }
  if (regions.length > 1 && !pattern.includes("{region}")) {
    throw usageError(
      `${pattern} is one bucket, and there are ${regions.length} regions: Lambda takes zips from buckets of its own region alone.`,
      { code: "OneBucketForAll", hint: `Name one in each region: --bucket ${pattern}-{region}` },
    );
  }
}

/** Whether a zip is too large to be sent in the request itself. */
export function needsBucket({ zipBytes }: { readonly zipBytes: number }): boolean {
  return zipBytes > limits.directUploadBytes;
}

/**
 * Refuses a plan that would send zips which are too large to be sent directly, where no bucket is named.
 * @throws usageError `BucketNeeded`
 */
export function refuseWithoutBucket(plan: PublishPlan, bucket: string | undefined): void {
  if (bucket !== undefined) return;
  const large = plan.find(
    (layer) => needsBucket(layer) && layer.actions.some(({ action }) => action === "publish" || action === "align"),
  );
  if (!large) return;
  throw usageError(
    `${large.zip} has ${large.zipBytes} bytes, and Lambda takes ${limits.directUploadBytes} (50 MB) directly: a larger zip goes through S3.`,
    {
      code: "BucketNeeded",
      hint: "Name a bucket in each region: --bucket NAME-{region}, or publish.bucket in the configuration. Or make the zip smaller.",
    },
  );
}
