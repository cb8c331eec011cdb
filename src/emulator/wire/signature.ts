// Verifies Signature Version 4 by signing the request again. Own code of fifty lines: @smithy/signature-v4, which signs in our tests,
// hashes the credentials again for each request and costs four times as much (see the emulator's README).
import { createHmac, hash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { Authorization } from "./authorization.ts";

/** A request as its signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** As it stood in the request line. */
  readonly rawPath: string;
  /** Without the question mark, as it stood in the request line. */
  readonly rawQuery: string;
  readonly headers: IncomingHttpHeaders;
  /** Hexadecimal SHA-256 of the body that arrived. */
  readonly bodyHash: string;
}

const keys = new Map<string, Buffer>();
const mostKeys = 512;

/** Whether the request was signed with this secret, as the header says. */
export function verifySignature(request: SignedRequest, authorization: Authorization, secret: string): boolean {
  const canonical = canonicalRequest(request, authorization);
  if (canonical === undefined) return false;
  const text = `AWS4-HMAC-SHA256\n${request.headers["x-amz-date"]}\n${authorization.scope}\n${sha256(canonical)}`;
  const expected = createHmac("sha256", signingKey(authorization, secret)).update(text).digest();
  return timingSafeEqual(expected, Buffer.from(authorization.signature, "hex"));
}

/**
 * Signs the parts of a streamed body, each together with the signature before it.
 * @param hashes hexadecimal: of nothing and of the chunk, or of the headers behind them.
 */
export function chunkSigner(
  { headers }: Pick<SignedRequest, "headers">,
  authorization: Authorization,
  secret: string,
): (kind: "PAYLOAD" | "TRAILER", hashes: readonly string[]) => string {
  let before = authorization.signature;
  return (kind, hashes) => {
    const lines = [`AWS4-HMAC-SHA256-${kind}`, headers["x-amz-date"], authorization.scope, before, ...hashes];
    before = createHmac("sha256", signingKey(authorization, secret)).update(lines.join("\n")).digest("hex");
    return before;
  };
}

/** Hexadecimal SHA-256. */
export function sha256(data: string | Buffer): string {
  return hash("sha256", data, "hex");
}

function canonicalRequest(
  request: SignedRequest,
  { service, signedHeaders }: Pick<Authorization, "service" | "signedHeaders">,
): string | undefined {
  let headers = "";
  for (const name of signedHeaders) {
    const value = request.headers[name];
    if (value === undefined) return undefined;
    headers += `${name}:${(Array.isArray(value) ? value.join(",") : value).trim().replace(/ {2,}/g, " ")}\n`;
  }
  const path = service === "s3" ? plainPath(request.rawPath) : canonicalPath(request.rawPath);
  return `${request.method}\n${path}\n${canonicalQuery(request.rawQuery)}\n${headers}\n${signedHeaders.join(";")}\n${request.bodyHash}`;
}

/** Every service but S3 signs the path encoded once more, without dots and empty parts. */
function canonicalPath(rawPath: string): string {
  if (/^\/[\w-]*$/.test(rawPath)) return rawPath;
  const parts: string[] = [];
  for (const part of rawPath.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(encode(part));
  }
  return `/${parts.join("/")}${parts.length > 0 && rawPath.endsWith("/") ? "/" : ""}`;
}

/** S3's keys are paths as they are, encoded once. */
function plainPath(rawPath: string): string {
  return rawPath
    .split("/")
    .map((part) => encode(decode(part)))
    .join("/");
}

function canonicalQuery(rawQuery: string): string {
  if (rawQuery === "") return "";
  const pairs = rawQuery
    .split("&")
    .filter(Boolean)
    .map((pair) => {
      const cut = pair.indexOf("=");
      const name = cut < 0 ? pair : pair.slice(0, cut);
      return [encode(decode(name)), encode(decode(cut < 0 ? "" : pair.slice(cut + 1)))] as const;
    });
  pairs.sort(([a, x], [b, y]) => (a < b ? -1 : a > b ? 1 : x < y ? -1 : x > y ? 1 : 0));
  return pairs.map(([name, value]) => `${name}=${value}`).join("&");
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // Not what any client signs; it will not match.
    return text;
  }
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

/** The key of one day, region and service is derived by four HMACs; a client stays with the same one. */
function signingKey({ date, region, service }: Authorization, secret: string): Buffer {
  const name = `${date}/${region}/${service}/${secret}`;
  const known = keys.get(name);
  if (known) return known;
  const hmac = (key: string | Buffer, data: string) => createHmac("sha256", key).update(data).digest();
  const key = hmac(hmac(hmac(hmac(`AWS4${secret}`, date), region), service), "aws4_request");
  if (keys.size >= mostKeys) keys.clear();
  keys.set(name, key);
  return key;
}
