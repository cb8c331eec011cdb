// Takes a body in: decodes it, hashes it on its way, and lets it pass only if it is what the request has said.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { KeptChecksum } from "../../store/documents.ts";
import { readChunks } from "../../wire/aws-chunked.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { type ChecksumAlgorithm, checksumAlgorithms, createChecksum } from "../../wire/checksum.ts";
import type { Call } from "../call.ts";
import { invalidArgument, notImplemented } from "./refusals.ts";

/** AWS takes five gigabytes at once; zips for Lambda are far smaller. */
const mostBytes = 300 * 1024 * 1024;
/** Of a request in XML: a thousand keys. */
const mostXmlBytes = 3 * 1024 * 1024;

/** Bytes that arrived as they were promised. */
export interface Received {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly md5: string;
  /** Base64. */
  readonly sha256: string;
  /** Where one was sent along. */
  readonly checksum: KeptChecksum | undefined;
}

/**
 * Writes a body to a new file; nothing is left where it is refused.
 * @throws AwsError where it is too long, cut short, or another one than the request says.
 */
export async function receiveFile(call: Call, file: string): Promise<Received> {
  return await receive(call, createWriteStream(file, { flags: "wx", mode: 0o600, flush: true }), mostBytes);
}

/** A body in XML. @throws AwsError as above */
export async function receiveXml(call: Call): Promise<string> {
  const pieces: Buffer[] = [];
  const sink = new Writable({
    write(piece: Buffer, _encoding, done) {
      pieces.push(piece);
      done();
    },
  });
  await receive(call, sink, mostXmlBytes);
  return Buffer.concat(pieces).toString("utf8");
}

async function receive(call: Call, sink: Writable, most: number): Promise<Received> {
  const body = bodyOf(call);
  const { headers, payload } = call;
  const { length } = body;
  if (length === undefined) {
    throw new AwsError("MissingContentLength", "You must provide the Content-Length HTTP header.", { status: 411 });
  }
  if (length > most) throw tooLarge(length, most);
  const algorithm = checksumOf(headers);
  const checksum = algorithm && createChecksum(algorithm);
  const [md5, sha256] = [createHash("md5"), createHash("sha256")];
  const trailers = new Map<string, string>();
  let bytes = 0;
  const data = payload ? body.read(payload.stream, trailers) : [];
  await pipeline(
    data,
    async function* hashed(pieces: AsyncIterable<Buffer> | Iterable<Buffer>) {
      for await (const piece of pieces) {
        bytes += piece.length;
        if (bytes > most) throw tooLarge(bytes, most);
        for (const each of [md5, sha256, checksum]) each?.update(piece);
        yield piece;
      }
    },
    sink,
  ).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ERR_STREAM_PREMATURE_CLOSE" || error.code === "ECONNRESET") throw incomplete(error);
    throw error;
  });
  if (bytes !== length) throw incomplete();
  const received = { md5: md5.digest("hex"), sha256: sha256.digest() };
  checkHash(body.hash, received.sha256);
  checkMd5(headers["content-md5"], received.md5);
  const value = checksum?.digest().toString("base64");
  if (algorithm && value !== undefined) checkChecksum(algorithm, value, { headers, trailers });
  return {
    bytes,
    md5: received.md5,
    sha256: received.sha256.toString("base64"),
    checksum: algorithm && value !== undefined ? { algorithm, value, type: "FULL_OBJECT" } : undefined,
  };
}

interface Body {
  /** Of the data; undefined where the request does not say it. */
  readonly length: number | undefined;
  /** Hexadecimal, where it is promised. */
  readonly hash: string | undefined;
  read(stream: AsyncIterable<Buffer>, trailers: Map<string, string>): AsyncIterable<Buffer>;
}

function bodyOf({ headers, payload }: Call): Body {
  const said = String(headers["x-amz-content-sha256"] ?? "");
  const plain = (hash: string | undefined): Body => ({
    length: lengthIn(headers["content-length"] ?? (headers["transfer-encoding"] === undefined ? "0" : undefined)),
    hash,
    read: (stream) => stream,
  });
  if (/^[0-9a-f]{64}$/.test(said)) return plain(said);
  if (said === "UNSIGNED-PAYLOAD") return plain(undefined);
  const streaming = /^STREAMING-(UNSIGNED|AWS4-HMAC-SHA256)-PAYLOAD(-TRAILER)?$/.exec(said);
  if (!streaming) throw invalidArgument(`x-amz-content-sha256 cannot be ${said}.`, "x-amz-content-sha256");
  const sign = streaming[1] === "UNSIGNED" ? undefined : payload?.sign;
  return {
    length: lengthIn(headers["x-amz-decoded-content-length"]),
    hash: undefined,
    read: (stream, trailers) => readChunks(stream, { sign, trailer: (name, value) => trailers.set(name, value) }),
  };
}

function lengthIn(text: string | string[] | undefined): number | undefined {
  return typeof text === "string" && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}

/** The checksum that is sent along, before the body or behind it. */
function checksumOf(headers: Call["headers"]): ChecksumAlgorithm | undefined {
  const names = [...Object.keys(headers), ...String(headers["x-amz-trailer"] ?? "").split(/\s*,\s*/)];
  const sent = names.map((name) => /^x-amz-checksum-(.+)$/.exec(name.toLowerCase())?.[1]);
  for (const name of sent) {
    if (name === undefined || name === "type" || name === "mode" || name === "algorithm") continue;
    const algorithm = checksumAlgorithms.find((one) => one === name);
    if (!algorithm) throw notImplemented(`the checksum ${name}`);
    return algorithm;
  }
  return undefined;
}

function checkHash(promised: string | undefined, arrived: Buffer): void {
  if (promised === undefined || promised === arrived.toString("hex")) return;
  throw new AwsError(
    "XAmzContentSHA256Mismatch",
    "The provided 'x-amz-content-sha256' header does not match what was computed.",
  );
}

function checkMd5(promised: string | string[] | undefined, arrived: string): void {
  if (promised === undefined || promised === Buffer.from(arrived, "hex").toString("base64")) return;
  throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.");
}

interface Said {
  readonly headers: Call["headers"];
  readonly trailers: ReadonlyMap<string, string>;
}

function checkChecksum(algorithm: ChecksumAlgorithm, arrived: string, { headers, trailers }: Said): void {
  const name = `x-amz-checksum-${algorithm}`;
  const promised = headers[name] ?? trailers.get(name);
  if (promised === arrived) return;
  if (promised === undefined) throw new AwsError("MalformedTrailerError", `The trailer ${name} is missing.`);
  const text = `The ${algorithm.toUpperCase()} you specified did not match the calculated checksum.`;
  throw new AwsError("BadDigest", text);
}

function tooLarge(ProposedSize: number, MaxSizeAllowed: number): AwsError {
  const text = "Your proposed upload exceeds the maximum allowed size of the local endpoint";
  return new AwsError("EntityTooLarge", text, { fields: { ProposedSize, MaxSizeAllowed } });
}

function incomplete(cause?: unknown): AwsError {
  const text = "You did not provide the number of bytes specified by the Content-Length HTTP header";
  return new AwsError("IncompleteBody", text, { cause });
}
