// What a client says about an object with headers: kept, or refused; nothing is passed over.

import { accountId } from "../../account.ts";
import type { ObjectDescription } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { S3Call } from "./operation.ts";
import { notImplemented } from "./refusals.ts";

const kept = [
  "cache-control",
  "content-disposition",
  "content-encoding",
  "content-language",
  "content-type",
  "expires",
] as const;

/** Headers that are accepted where they ask for what is so anyhow. */
const asItIs: Readonly<Record<string, readonly string[]>> = {
  "x-amz-acl": ["private", "bucket-owner-full-control"],
  "x-amz-storage-class": ["STANDARD"],
  "x-amz-server-side-encryption": ["AES256"],
};

/** Headers that change nothing here. */
const spare =
  /^x-amz-(date|content-sha256|security-token|decoded-content-length|trailer|sdk-.*|checksum-.*|request-payer|user-agent|bucket-region|meta-.*)$/;

/** The description in a request's headers. */
export function readDescription({ headers }: S3Call): ObjectDescription {
  const metadata = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("x-amz-meta-") ? [[name.slice("x-amz-meta-".length), String(value)]] : [],
  );
  const found = kept.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, name === "content-encoding" ? withoutChunks(value) : value]];
  });
  return {
    headers: {
      "content-type": "binary/octet-stream",
      ...Object.fromEntries(found.filter(([, value]) => value !== "")),
    },
    metadata: Object.fromEntries(metadata),
  };
}

/** That a body was sent in chunks is nothing of the object's. */
function withoutChunks(value: string): string {
  return value
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "aws-chunked")
    .join(",");
}

/** @throws AwsError for a header that asks for something which isn't played, or for another account's bucket. */
export function refuseUnplayed({ headers }: Pick<S3Call, "headers">): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!name.startsWith("x-amz-") || spare.test(name)) continue;
    if (name === "x-amz-expected-bucket-owner") {
      if (value !== accountId) throw new AwsError("AccessDenied", "Access Denied", { status: 403 });
    } else if (!asItIs[name]?.includes(String(value)) && !played.has(name)) {
      throw notImplemented(`the header ${name}: ${String(value)}`);
    }
  }
}

/** Headers that single operations read. */
const played = new Set(["x-amz-mp-object-size"]);
