// Reads the Authorization header of Signature Version 4: who signs, and for which day, region and service.

/** What the header says; nothing of it is verified yet. */
export interface Authorization {
  readonly accessKeyId: string;
  /** YYYYMMDD. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
  /** `date/region/service/aws4_request`. */
  readonly scope: string;
  /** Lower case, in the header's order. */
  readonly signedHeaders: readonly string[];
  /** Hexadecimal. */
  readonly signature: string;
}

const header =
  /^AWS4-HMAC-SHA256\s+Credential=([\w-]+)\/((\d{8})\/([a-z0-9-]+)\/([a-z0-9-]+)\/aws4_request),\s*SignedHeaders=([a-z0-9;_.-]+),\s*Signature=([0-9a-f]{64})$/;

/** Reads the header; undefined where it is missing or not of this form. */
export function parseAuthorization(text: string | undefined): Authorization | undefined {
  const match = text === undefined ? undefined : header.exec(text);
  if (!match) return undefined;
  const [, accessKeyId = "", scope = "", date = "", region = "", service = "", signed = "", signature = ""] = match;
  return { accessKeyId, scope, date, region, service, signedHeaders: signed.split(";"), signature };
}
