// Objects: put, read, looked at, removed.
import { open } from "node:fs/promises";
import type { ObjectDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { type Answer, xml } from "../../wire/protocol.ts";
import { element } from "../../wire/xml.ts";
import type { AccountState } from "../account-state.ts";
import { namespace } from "./buckets.ts";
import { readDescription } from "./description.ts";
import { authorizeS3, findBucket, objectKey, objectLock, type S3Call, type S3Operation, s3Arn } from "./operation.ts";
import { receiveFile, receiveXml } from "./receive.ts";
import { noSuchKey, preconditionFailed } from "./refusals.ts";

export const putObject: S3Operation = {
  action: "PutObject",
  async handle(account, call) {
    findBucket(account, call);
    const { objectFiles } = account.store;
    const file = objectFiles.newName();
    try {
      const { bytes, md5, sha256, checksum } = await receiveFile(call, objectFiles.path(file));
      const described = readDescription(call);
      const document = { key: call.key, file, bytes, etag: md5, sha256, checksum, ...described };
      return await keepObject(account, call, { ...document, lastModified: account.now() });
    } catch (error) {
      await objectFiles.remove(file);
      throw error;
    }
  },
};

/** Puts an object in the place of the one that has its key, if the request's conditions hold. */
export async function keepObject(account: AccountState, call: S3Call, document: ObjectDocument): Promise<Answer> {
  const { objects, objectFiles, locks } = account.store;
  return await locks.run(objectLock(call), async () => {
    // Meanwhile it may have been removed.
    findBucket(account, call);
    const before = objects.get(...objectKey(call));
    const { "if-none-match": none, "if-match": match } = call.headers;
    if (none !== undefined && before) throw preconditionFailed("If-None-Match");
    if (match !== undefined && !before) throw noSuchKey(call.key);
    if (match !== undefined && !names(match, before)) throw preconditionFailed("If-Match");
    await objects.put(objectKey(call), document);
    if (before) await objectFiles.remove(before.file);
    return { status: 200, headers: { etag: `"${document.etag}"`, ...checksumHeaders(document) } };
  });
}

/** An object that may be read. @throws AwsError also where it is not there: whoever may not list is not told that. */
export function findObject(account: AccountState, call: S3Call): ObjectDocument {
  findBucket(account, call);
  const found = account.store.objects.get(...objectKey(call));
  if (found) return found;
  authorizeS3(account, call, { action: "s3:ListBucket", resource: s3Arn(call, call.bucket) });
  throw noSuchKey(call.key);
}

export const getObject: S3Operation = {
  action: "GetObject",
  async handle(account, call) {
    const found = findObject(account, call);
    const unchanged = refusedByCondition(call, found);
    if (unchanged) return unchanged;
    const range = rangeOf(call, found);
    const handle = await open(account.store.objectFiles.path(found.file), "r").catch(() => {
      // Replaced or removed a moment ago.
      throw noSuchKey(call.key);
    });
    const { start, end } = range ?? { start: 0, end: found.bytes - 1 };
    const answer = answerFor(call, found, range);
    if (end < start) {
      await handle.close();
      return { ...answer, body: "" };
    }
    return { ...answer, body: handle.createReadStream({ start, end, highWaterMark: 256 * 1024 }) };
  },
};

export const headObject: S3Operation = {
  action: "GetObject",
  handle(account, call) {
    const found = findObject(account, call);
    return refusedByCondition(call, found) ?? answerFor(call, found, rangeOf(call, found));
  },
};

export const deleteObject: S3Operation = {
  action: "DeleteObject",
  async handle(account, call) {
    findBucket(account, call);
    await removeObject(account, call, call.key);
    return { status: 204 };
  },
};

export const deleteObjects: S3Operation = {
  action: "DeleteObject",
  async handle(account, call) {
    findBucket(account, call);
    const body = await receiveXml(call);
    const keys = [...body.matchAll(/<Object>.*?<Key>([^<]*)<\/Key>.*?<\/Object>/gs)].map(([, key = ""]) =>
      unescapeXml(key),
    );
    if (keys.length === 0 || keys.length > 1000 || /<VersionId>/.test(body)) {
      throw new AwsError(
        "MalformedXML",
        "The XML you provided was not well-formed or did not validate against our published schema",
      );
    }
    const quiet = /<Quiet>true<\/Quiet>/.test(body);
    const told: string[] = [];
    for (const key of keys) {
      try {
        authorizeS3(account, call, { action: "s3:DeleteObject", resource: s3Arn(call, `${call.bucket}/${key}`) });
        await removeObject(account, call, key);
        if (!quiet) told.push(element("Deleted", { Key: key }));
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        told.push(element("Error", { Key: key, Code: error.code, Message: error.message }));
      }
    }
    return xml(200, `<DeleteResult ${namespace}>${told.join("")}</DeleteResult>`);
  },
};

async function removeObject(account: AccountState, call: S3Call, key: string): Promise<void> {
  const { objects, objectFiles, locks } = account.store;
  await locks.run(objectLock(call, key), async () => {
    const found = objects.get(...objectKey(call, key));
    if (!found) return;
    await objects.remove(objectKey(call, key));
    await objectFiles.remove(found.file);
  });
}

function unescapeXml(text: string): string {
  const named: Readonly<Record<string, string>> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#x([0-9a-fA-F]+)|#(\d+)|(\w+));/g, (whole, hex, decimal, name) => {
    if (hex || decimal) return String.fromCodePoint(hex ? Number.parseInt(hex, 16) : Number(decimal));
    return named[name] ?? whole;
  });
}

function answerFor({ headers, query }: S3Call, found: ObjectDocument, range: Range | undefined): Answer {
  const { bytes, etag, lastModified, metadata } = found;
  const overrides = Object.keys(found.headers)
    .concat("cache-control", "content-disposition")
    .flatMap((name) => {
      const value = query.get(`response-${name}`);
      return value === null ? [] : [[name, value]];
    });
  const wantsChecksum = !range && String(headers["x-amz-checksum-mode"]).toUpperCase() === "ENABLED";
  return {
    status: range ? 206 : 200,
    headers: {
      ...found.headers,
      ...Object.fromEntries(overrides),
      ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-amz-meta-${name}`, value])),
      "accept-ranges": "bytes",
      etag: `"${etag}"`,
      "last-modified": new Date(lastModified).toUTCString(),
      "content-length": String(range ? range.end - range.start + 1 : bytes),
      ...(range && { "content-range": `bytes ${range.start}-${range.end}/${bytes}` }),
      ...(wantsChecksum && checksumHeaders(found)),
    },
  };
}

/** A checksum as headers tell it. */
export function checksumHeaders({ checksum }: Pick<ObjectDocument, "checksum">): Record<string, string> {
  if (!checksum) return {};
  return { [`x-amz-checksum-${checksum.algorithm}`]: checksum.value, "x-amz-checksum-type": checksum.type };
}

interface Range {
  readonly start: number;
  /** The last byte of it. */
  readonly end: number;
}

/** The part that is asked for; undefined for all of it, also where what is said is no range of bytes. */
function rangeOf({ headers }: S3Call, { bytes }: ObjectDocument): Range | undefined {
  const asked = /^bytes=(\d*)-(\d*)$/.exec(headers.range ?? "");
  if (!asked || (asked[1] === "" && asked[2] === "")) return undefined;
  const [from, to] = [asked[1] ?? "", asked[2] ?? ""];
  const start = from === "" ? Math.max(0, bytes - Number(to)) : Number(from);
  const end = from === "" || to === "" ? bytes - 1 : Math.min(bytes - 1, Number(to));
  if (start < bytes && start <= end) return { start, end };
  throw new AwsError("InvalidRange", "The requested range is not satisfiable", {
    status: 416,
    fields: { ActualObjectSize: bytes, RangeRequested: headers.range },
  });
}

function refusedByCondition({ headers }: S3Call, found: ObjectDocument): Answer | undefined {
  const { "if-match": match, "if-none-match": none } = headers;
  if (match !== undefined && !names(match, found)) throw preconditionFailed("If-Match");
  if (none !== undefined && names(none, found)) return { status: 304, headers: { etag: `"${found.etag}"` } };
  return undefined;
}

function names(condition: string, document: ObjectDocument | undefined): boolean {
  const wanted = condition.split(",").map((word) => word.trim().replace(/^(W\/)?"|"$/g, ""));
  return document !== undefined && (wanted.includes("*") || wanted.includes(document.etag));
}
