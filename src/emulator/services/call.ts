// One authenticated call, as the services see it.
import type { IncomingHttpHeaders } from "node:http";
import type { Readable } from "node:stream";
import { formatArn } from "../../model/arn.ts";
import { partitionOf } from "../../model/partition.ts";
import type { Principal } from "../access/principal.ts";
import { accountId } from "../account.ts";
import type { SignChunk } from "../wire/aws-chunked.ts";

/** A call whose signature was verified. */
export interface Call {
  readonly requestId: string;
  readonly principal: Principal;
  readonly region: string;
  readonly method: string;
  /** As it stood in the request line, still encoded. */
  readonly rawPath: string;
  /** Without the question mark. */
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  /** Empty where the service reads bodies itself. */
  readonly body: Buffer;
  /** For services that read bodies themselves. */
  readonly payload?: Payload;
}

/** A body that has not arrived yet. The request's signature was verified; what it says about the body was not. */
export interface Payload {
  readonly stream: Readable;
  readonly sign: SignChunk;
}

/** The partition of the call's region, e.g. `aws-cn`. */
export function partitionOfCall(call: Pick<Call, "region">): string {
  return partitionOf(call.region).id;
}

/** The ARN of something in the call's region and this account. */
export function regionalArn(call: Pick<Call, "region">, service: string, resource: string): string {
  return formatArn({ partition: partitionOfCall(call), service, region: call.region, account: accountId, resource });
}

/** The ARN of something of IAM, which has no region. */
export function globalArn(call: Pick<Call, "region">, resource: string): string {
  return formatArn({ partition: partitionOfCall(call), service: "iam", region: "", account: accountId, resource });
}
