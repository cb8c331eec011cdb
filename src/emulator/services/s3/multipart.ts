// Objects that arrive in parts: begun, part after part, and put together or given up.
import { createHash, randomBytes } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";
import type { KeptChecksum, MultipartDocument, PartDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { checksumAlgorithms, createChecksum } from "../../wire/checksum.ts";
import { xml } from "../../wire/protocol.ts";
import { element } from "../../wire/xml.ts";
import type { AccountState } from "../account-state.ts";
import { partitionOfCall } from "../call.ts";
import { namespace } from "./buckets.ts";
import { readDescription } from "./description.ts";
import { checksumHeaders, keepObject } from "./objects.ts";
import { findBucket, type S3Call, type S3Operation } from "./operation.ts";
import { receiveFile, receiveXml } from "./receive.ts";
import { invalidArgument, noSuchUpload, notImplemented } from "./refusals.ts";

const mostParts = 10_000;
/** Of every part but the last one. */
const leastBytes = 5 * 1024 * 1024;

export const createMultipartUpload: S3Operation = {
  action: "PutObject",
  async handle(account, call) {
    const { name, partition } = findBucket(account, call);
    const id = randomBytes(24).toString("base64url");
    const initiated = new Date(account.now()).toISOString();
    const document = { id, partition, bucket: name, key: call.key, checksum: readChecksum(call), initiated };
    await account.store.multiparts.put([id], { ...document, ...readDescription(call) });
    const members = { Bucket: name, Key: call.key, UploadId: id };
    const { checksum } = document;
    const headers: Record<string, string> = checksum
      ? { "x-amz-checksum-algorithm": checksum.algorithm.toUpperCase(), "x-amz-checksum-type": checksum.type }
      : {};
    const answer = xml(200, resultOf("InitiateMultipartUploadResult", members));
    return { ...answer, headers: { ...answer.headers, ...headers } };
  },
};

function readChecksum({ headers }: S3Call): MultipartDocument["checksum"] {
  const named = headers["x-amz-checksum-algorithm"];
  if (named === undefined) return undefined;
  const algorithm = checksumAlgorithms.find((one) => one === String(named).toLowerCase());
  if (!algorithm) throw notImplemented(`the checksum ${String(named)}`);
  const whole = algorithm === "crc64nvme" ? "FULL_OBJECT" : "COMPOSITE";
  const type = headers["x-amz-checksum-type"] ?? whole;
  if (type === "FULL_OBJECT" && algorithm.startsWith("crc")) return { algorithm, type };
  if (type === "COMPOSITE" && algorithm !== "crc64nvme") return { algorithm, type };
  throw invalidArgument(`The ${String(type)} checksum type cannot be used with ${algorithm}.`, "x-amz-checksum-type");
}

export const uploadPart: S3Operation = {
  action: "PutObject",
  async handle(account, call) {
    const { id } = findUpload(account, call);
    const number = Number(call.query.get("partNumber"));
    if (!Number.isInteger(number) || number < 1 || number > mostParts) {
      const text = `Part number must be an integer between 1 and ${mostParts}, inclusive`;
      throw invalidArgument(text, "partNumber");
    }
    const { objectFiles, parts, locks } = account.store;
    const file = objectFiles.newName();
    try {
      const { bytes, md5, checksum } = await receiveFile(call, objectFiles.path(file));
      const part = { number, file, bytes, etag: md5, checksum, lastModified: account.now() };
      return await locks.run(`multipart ${id}`, async () => {
        findUpload(account, call);
        const before = parts.get(id, String(number));
        await parts.put([id, String(number)], part);
        if (before) await objectFiles.remove(before.file);
        const { "x-amz-checksum-type": _, ...sums } = checksumHeaders(part);
        return { status: 200, headers: { etag: `"${md5}"`, ...sums } };
      });
    } catch (error) {
      await objectFiles.remove(file);
      throw error;
    }
  },
};

export const completeMultipartUpload: S3Operation = {
  action: "PutObject",
  async handle(account, call) {
    const { id } = findUpload(account, call);
    const body = await receiveXml(call);
    const { objectFiles, locks } = account.store;
    return await locks.run(`multipart ${id}`, async () => {
      const upload = findUpload(account, call);
      const parts = readParts(account, id, body);
      const file = objectFiles.newName();
      try {
        const { bytes, sha256, whole } = await join(account, upload, { parts, file });
        const etag = `${createHash("md5")
          .update(Buffer.concat(parts.map((part) => Buffer.from(part.etag, "hex"))))
          .digest("hex")}-${parts.length}`;
        const checksum = whole ?? composite(upload, parts);
        const { key, headers, metadata } = upload;
        const document = { key, file, bytes, etag, sha256, checksum, headers, metadata, lastModified: account.now() };
        await keepObject(account, call, document);
        await forget(account, id);
        const sum = checksum && {
          [`Checksum${checksum.algorithm.toUpperCase()}`]: checksum.value,
          ChecksumType: checksum.type,
        };
        const members = {
          Location: `/${call.bucket}/${key}`,
          Bucket: call.bucket,
          Key: key,
          ETag: `"${etag}"`,
          ...sum,
        };
        return xml(200, resultOf("CompleteMultipartUploadResult", members));
      } catch (error) {
        await objectFiles.remove(file);
        throw error;
      }
    });
  },
};

export const abortMultipartUpload: S3Operation = {
  action: "AbortMultipartUpload",
  async handle(account, call) {
    const { id } = findUpload(account, call);
    await account.store.locks.run(`multipart ${id}`, () => forget(account, id));
    return { status: 204 };
  },
};

function findUpload(account: AccountState, call: S3Call): MultipartDocument {
  findBucket(account, call);
  const id = call.query.get("uploadId") ?? "";
  const found = account.store.multiparts.get(id);
  const { partition, bucket, key } = found ?? {};
  if (found && partition === partitionOfCall(call) && bucket === call.bucket && key === call.key) return found;
  throw noSuchUpload(id);
}

/** The parts that a request names, in its order. */
function readParts(account: AccountState, id: string, body: string): PartDocument[] {
  const named = [...body.matchAll(/<Part>(.*?)<\/Part>/gs)].map(([, part = ""]) => ({
    number: Number(/<PartNumber>\s*(\d+)\s*<\/PartNumber>/.exec(part)?.[1]),
    etag: /<ETag>\s*(?:"|&quot;|&#34;)?([0-9a-f]{32})(?:"|&quot;|&#34;)?\s*<\/ETag>/.exec(part)?.[1],
    checksum: /<Checksum[A-Z0-9]+>([^<]+)</.exec(part)?.[1],
  }));
  if (named.length === 0) {
    const text = "The XML you provided was not well-formed or did not validate against our published schema";
    throw new AwsError("MalformedXML", text);
  }
  const parts = named.map(({ number, etag, checksum }) => {
    const found = account.store.parts.get(id, String(number));
    if (found && found.etag === etag && (checksum === undefined || checksum === found.checksum?.value)) return found;
    const text =
      "One or more of the specified parts could not be found. The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.";
    throw new AwsError("InvalidPart", text, { fields: { PartNumber: number } });
  });
  if (parts.some((part, index) => index > 0 && part.number <= (parts[index - 1]?.number ?? 0))) {
    const text = "The list of parts was not in ascending order. Parts must be ordered by part number.";
    throw new AwsError("InvalidPartOrder", text);
  }
  if (parts.slice(0, -1).some(({ bytes }) => bytes < leastBytes)) {
    throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size");
  }
  return parts;
}

interface Joining {
  readonly parts: readonly PartDocument[];
  readonly file: string;
}

async function join({ store }: AccountState, { checksum: asked }: MultipartDocument, { parts, file }: Joining) {
  const sha256 = createHash("sha256");
  const checksum = asked?.type === "FULL_OBJECT" ? createChecksum(asked.algorithm) : undefined;
  let bytes = 0;
  await pipeline(
    async function* all() {
      for (const part of parts) {
        for await (const piece of createReadStream(store.objectFiles.path(part.file), { highWaterMark: 256 * 1024 })) {
          bytes += piece.length;
          sha256.update(piece);
          checksum?.update(piece);
          yield piece;
        }
      }
    },
    createWriteStream(store.objectFiles.path(file), { flags: "wx", mode: 0o600, flush: true }),
  );
  const whole: KeptChecksum | undefined = asked &&
    checksum && { algorithm: asked.algorithm, value: checksum.digest().toString("base64"), type: "FULL_OBJECT" };
  return { bytes, sha256: sha256.digest("base64"), whole };
}

/** The checksum of the parts' checksums, where all of them have one. */
function composite({ checksum: asked }: MultipartDocument, parts: readonly PartDocument[]): KeptChecksum | undefined {
  const algorithm = asked?.algorithm;
  if (!algorithm || parts.some(({ checksum }) => checksum?.algorithm !== algorithm)) return undefined;
  const sum = createChecksum(algorithm);
  for (const { checksum } of parts) sum.update(Buffer.from(checksum?.value ?? "", "base64"));
  return { algorithm, value: `${sum.digest().toString("base64")}-${parts.length}`, type: "COMPOSITE" };
}

async function forget({ store }: AccountState, id: string): Promise<void> {
  const parts = store.parts.list(id);
  await store.multiparts.remove([id]);
  for (const { number } of parts) await store.parts.remove([id, String(number)]);
  await store.objectFiles.remove(...parts.map(({ file }) => file));
}

function resultOf(name: string, members: Readonly<Record<string, string>>): string {
  const inside = Object.entries(members).map(([member, value]) => element(member, value));
  return `<${name} ${namespace}>${inside.join("")}</${name}>`;
}
