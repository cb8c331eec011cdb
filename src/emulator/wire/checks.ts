// The checks on every request, in the order in which they can be made: origin and host, then the key, then the signature.
import { timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import type { KeyRing, KnownKey } from "../access/credentials.ts";
import { type Authorization, parseAuthorization } from "./authorization.ts";
import { AwsError, forbidden } from "./aws-error.ts";
import { type Protocol, protocolOf } from "./protocol.ts";
import { type SignedRequest, verifySignature } from "./signature.ts";

/** Who claims to be calling; the signature has still to prove it. */
export interface Identity {
  readonly authorization: Authorization;
  readonly key: KnownKey;
}

const loopback = /^(?:127(?:\.\d{1,3}){3}|localhost|\[::1\])(?::\d{1,5})?$/i;
/** As on AWS. */
const mostSkewMilliseconds = 15 * 60_000;

/** Refuses web pages, which send an Origin, or a Host of their own where they have bent DNS to this machine. */
export function checkOrigin(headers: IncomingHttpHeaders): void {
  if (headers.origin !== undefined || headers["sec-fetch-site"] !== undefined) {
    throw forbidden(
      "AccessDeniedException",
      "The local endpoint does not answer web pages: the request has an Origin.",
    );
  }
  if (!loopback.test(headers.host ?? "")) {
    throw forbidden(
      "AccessDeniedException",
      "The local endpoint answers on loopback alone: the request's Host is another one.",
    );
  }
}

/**
 * Finds whose key a request names.
 * @param tell called with the protocol once the service is known: the refusal of an unknown key speaks it already.
 */
export function identify(headers: IncomingHttpHeaders, keys: KeyRing, tell: (protocol: Protocol) => void): Identity {
  const authorization = parseAuthorization(headers.authorization);
  const protocol = protocolOf(authorization?.service, headers);
  tell(protocol);
  const xml = protocol !== "rest-json" && !protocol.startsWith("json");
  if (!authorization) {
    throw forbidden(
      xml ? "MissingAuthenticationToken" : "MissingAuthenticationTokenException",
      "Missing Authentication Token",
    );
  }
  const key = keys.find(authorization.accessKeyId);
  if (!key || !sameToken(key.sessionToken, headers["x-amz-security-token"])) {
    const code =
      protocol === "rest-xml" ? "InvalidAccessKeyId" : xml ? "InvalidClientTokenId" : "UnrecognizedClientException";
    throw forbidden(code, "The security token included in the request is invalid.");
  }
  return { authorization, key };
}

/** Verifies time and signature. @throws AwsError 403, or 400 where the body is not the one that was signed. */
export function verify(
  request: SignedRequest,
  identity: Identity,
  { protocol, now }: { protocol: Protocol; now: number },
): void {
  const { authorization, key } = identity;
  const { headers } = request;
  const wrong =
    protocol === "rest-json" || protocol.startsWith("json") ? "InvalidSignatureException" : "SignatureDoesNotMatch";
  const sent = dateOf(headers["x-amz-date"]);
  if (sent === undefined || !String(headers["x-amz-date"]).startsWith(authorization.date)) {
    throw forbidden(wrong, "The request must have an x-amz-date header of the day in its credential's scope.");
  }
  if (Math.abs(now - sent) > mostSkewMilliseconds) {
    const [older, newer] = [sent, now].map((time) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, ""));
    throw forbidden(
      wrong,
      sent < now
        ? `Signature expired: ${older} is more than 15 minutes before ${newer}.`
        : `Signature not yet current: ${older} is more than 15 minutes after ${newer}.`,
    );
  }
  const promised = headers["x-amz-content-sha256"];
  if (promised !== undefined && promised !== request.bodyHash) {
    throw new AwsError(
      "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.",
      { style: "bare" },
    );
  }
  const signed = authorization.signedHeaders;
  const needed = ["host", "x-amz-date", ...(key.sessionToken === undefined ? [] : ["x-amz-security-token"])];
  if (!needed.every((name) => signed.includes(name)) || !verifySignature(request, authorization, key.secretAccessKey)) {
    throw forbidden(
      wrong,
      "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    );
  }
}

function sameToken(expected: string | undefined, given: string | string[] | undefined): boolean {
  if (expected === undefined) return true;
  const [a, b] = [Buffer.from(expected), Buffer.from(typeof given === "string" ? given : "")];
  return a.length === b.length && timingSafeEqual(a, b);
}

/** `20261121T101112Z`. */
function dateOf(text: string | string[] | undefined): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(String(text));
  if (!match) return undefined;
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  return Date.UTC(year, month - 1, day, hour, minute, second);
}
