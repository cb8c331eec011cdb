// Buckets: made, found, listed, removed.

import { accountId } from "../../account.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { type Answer, xml } from "../../wire/protocol.ts";
import { element } from "../../wire/xml.ts";
import { partitionOfCall } from "../call.ts";
import { findBucket, type S3Operation } from "./operation.ts";
import { receiveXml } from "./receive.ts";
import { invalidArgument, noSuchBucket, notImplemented } from "./refusals.ts";

/** Of every document of S3's. */
export const namespace = 'xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

const nameForm = /^(?!xn--|sthree-)(?!\d+\.\d+\.\d+\.\d+$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;

export const listBuckets: S3Operation = {
  action: "ListAllMyBuckets",
  handle(account, call) {
    for (const name of call.query.keys()) {
      if (name !== "x-id") throw notImplemented(`the parameter ${name} of ListBuckets`);
    }
    const buckets = account.store.buckets.list(partitionOfCall(call)).sort((a, b) => (a.name < b.name ? -1 : 1));
    const listed = buckets.map(({ name, created, region }) =>
      element("Bucket", { Name: name, CreationDate: created, BucketRegion: region }),
    );
    const owner = element("Owner", { ID: accountId });
    return xml(
      200,
      `<ListAllMyBucketsResult ${namespace}>${owner}<Buckets>${listed.join("")}</Buckets></ListAllMyBucketsResult>`,
    );
  },
};

export const createBucket: S3Operation = {
  action: "CreateBucket",
  async handle(account, call) {
    const { bucket: name, region } = call;
    if (!nameForm.test(name)) {
      throw new AwsError("InvalidBucketName", "The specified bucket is not valid.", { fields: { BucketName: name } });
    }
    const asked = /<LocationConstraint>([^<]*)<\/LocationConstraint>/.exec(await receiveXml(call))?.[1] ?? "";
    const wanted = region === "us-east-1" ? asked || region : asked;
    if (wanted !== region) {
      const text =
        wanted === ""
          ? "The unspecified location constraint is incompatible for the region specific endpoint this request was sent to."
          : `The ${wanted} location constraint is incompatible for the region specific endpoint this request was sent to.`;
      throw new AwsError("IllegalLocationConstraintException", text);
    }
    const { buckets, locks } = account.store;
    const key = [partitionOfCall(call), name];
    return await locks.run(`bucket ${key.join(" ")}`, async (): Promise<Answer> => {
      const there = buckets.get(...key);
      // As in us-east-1 alone, making one's own bucket again is no mistake.
      if (there && (there.region !== "us-east-1" || region !== "us-east-1")) {
        const text = "Your previous request to create the named bucket succeeded and you already own it.";
        throw new AwsError("BucketAlreadyOwnedByYou", text, { status: 409, fields: { BucketName: name } });
      }
      const created = new Date(account.now()).toISOString();
      if (!there) await buckets.put(key, { partition: partitionOfCall(call), region, name, created });
      return { status: 200, headers: { location: `/${name}` } };
    });
  },
};

export const headBucket: S3Operation = {
  action: "ListBucket",
  handle(account, call) {
    const { region } = findBucket(account, call);
    return { status: 200, headers: { "x-amz-bucket-region": region } };
  },
};

export const deleteBucket: S3Operation = {
  action: "DeleteBucket",
  async handle(account, call) {
    const { name, partition } = findBucket(account, call);
    if (account.store.objects.list(partition, name).length > 0) {
      throw new AwsError("BucketNotEmpty", "The bucket you tried to delete is not empty", {
        status: 409,
        fields: { BucketName: name },
      });
    }
    await account.store.buckets.remove([partition, name]);
    return { status: 204 };
  },
};

/** From every region. */
export const getBucketLocation: S3Operation = {
  action: "GetBucketLocation",
  handle(account, call) {
    const found = account.store.buckets.get(partitionOfCall(call), call.bucket);
    if (!found) throw noSuchBucket(call.bucket);
    const location = found.region === "us-east-1" ? "" : found.region;
    return xml(200, `<LocationConstraint ${namespace}>${location}</LocationConstraint>`);
  },
};

/** No bucket here keeps versions. */
export const getBucketVersioning: S3Operation = {
  action: "GetBucketVersioning",
  handle(account, call) {
    findBucket(account, call);
    return xml(200, `<VersioningConfiguration ${namespace}/>`);
  },
};

const mostKeys = 1000;

export const listObjects: S3Operation = {
  action: "ListBucket",
  handle(account, call) {
    const { name, partition } = findBucket(account, call);
    const { query } = call;
    const [prefix, delimiter] = [query.get("prefix") ?? "", query.get("delimiter") ?? ""];
    const [token, startAfter] = [query.get("continuation-token"), query.get("start-after") ?? ""];
    const most = Math.min(mostKeys, readCount(query.get("max-keys") ?? String(mostKeys)));
    const after = token === null ? startAfter : Buffer.from(token, "base64url").toString("utf8");
    const encode = query.get("encoding-type") === "url" ? encodeKey : (text: string) => text;
    const objects = account.store.objects
      .list(partition, name)
      .filter(({ key }) => key.startsWith(prefix))
      .sort((a, b) => Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)));
    let last = "";
    let truncated = false;
    const prefixes = new Set<string>();
    const contents: string[] = [];
    for (const { key, bytes, etag, lastModified } of objects) {
      const cut = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      const common = cut < 0 ? undefined : key.slice(0, cut + delimiter.length);
      const told = common ?? key;
      // Whatever a page before this one has told, common beginnings with all that is under them.
      if (after !== "" && Buffer.compare(Buffer.from(told), Buffer.from(after)) <= 0) continue;
      if (common !== undefined && prefixes.has(common)) continue;
      if (contents.length + prefixes.size >= most) {
        truncated = most > 0;
        break;
      }
      last = told;
      if (common !== undefined) prefixes.add(common);
      else {
        const when = new Date(lastModified).toISOString();
        const shape = {
          Key: encode(key),
          LastModified: when,
          ETag: `"${etag}"`,
          Size: bytes,
          StorageClass: "STANDARD",
        };
        contents.push(element("Contents", shape));
      }
    }
    const head = {
      Name: name,
      Prefix: encode(prefix),
      KeyCount: contents.length + prefixes.size,
      MaxKeys: most,
      IsTruncated: truncated,
      Delimiter: delimiter === "" ? undefined : encode(delimiter),
      EncodingType: query.get("encoding-type") ?? undefined,
      StartAfter: startAfter === "" ? undefined : encode(startAfter),
      ContinuationToken: token ?? undefined,
      NextContinuationToken: truncated ? Buffer.from(last).toString("base64url") : undefined,
    };
    const common = [...prefixes].map((each) => element("CommonPrefixes", { Prefix: encode(each) }));
    const members = Object.entries(head).map(([member, value]) => element(member, value));
    return xml(
      200,
      `<ListBucketResult ${namespace}>${[...members, ...contents, ...common].join("")}</ListBucketResult>`,
    );
  },
};

function readCount(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw invalidArgument("Provided max-keys not an integer or within integer range", "max-keys");
}

function encodeKey(text: string): string {
  return encodeURIComponent(text).replaceAll("%2F", "/");
}
