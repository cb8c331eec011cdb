// Checks a request's signature as AWS does: the named headers are signed again with the same secret.
import type { IncomingMessage } from "node:http";
import { Sha256 } from "@aws-crypto/sha256-js";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";

/** Whose signature is expected. */
export interface SigningCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

/** What the signature says of itself. */
export interface Scope {
  readonly region: string;
  readonly service: string;
}

const pattern =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/([^/]+)\/aws4_request, SignedHeaders=([^,]+), Signature=([0-9a-f]{64})$/;

/** The scope of a request that is signed with these credentials; undefined for any other one. */
export async function verifySignature(
  request: IncomingMessage,
  body: Buffer,
  credentials: SigningCredentials,
): Promise<Scope | undefined> {
  const [, accessKeyId, , region = "", service = "", signed = ""] =
    pattern.exec(request.headers.authorization ?? "") ?? [];
  if (accessKeyId !== credentials.accessKeyId) return undefined;
  if (request.headers["x-amz-security-token"] !== credentials.sessionToken) return undefined;
  const headers = Object.fromEntries(signed.split(";").map((name) => [name, String(request.headers[name])]));
  const signer = new SignatureV4({ credentials, region, service, sha256: Sha256, applyChecksum: false });
  const again = await signer.sign(
    new HttpRequest({ method: request.method ?? "", hostname: "ignored", path: request.url ?? "", headers, body }),
    { signingDate: dateOf(String(request.headers["x-amz-date"])) },
  );
  return again.headers.authorization === request.headers.authorization ? { region, service } : undefined;
}

/** 20261121T042500Z */
function dateOf(text: string): Date {
  return new Date(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
}
