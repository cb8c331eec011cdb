// Requests below the level of an SDK: signed by AWS's own signer, or wrongly, or not at all.
import { createHash, createHmac } from "node:crypto";
import { request } from "node:http";
import { HttpRequest } from "@smithy/protocol-http";
import { SignatureV4 } from "@smithy/signature-v4";
import type { Credentials } from "../../../src/model/target.ts";
import { sdkCredentials } from "./support.ts";

/** What came back. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

/** A request to be. */
export interface RawRequest {
  readonly method?: string;
  /** With its query, encoded as it goes over the wire. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sends the head alone, and waits for the answer all the same. */
  readonly holdBody?: boolean;
}

/** Sends exactly this. */
export function sendRaw(
  url: string,
  { method = "POST", path = "/", headers = {}, body, holdBody }: RawRequest,
): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const call = request({ host: hostname, port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString(),
        });
        if (holdBody) call.destroy();
      });
    });
    call.on("error", reject);
    if (holdBody) call.flushHeaders();
    else call.end(body);
  });
}

class NodeSha256 {
  private readonly hash: ReturnType<typeof createHash> | ReturnType<typeof createHmac>;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.hash = secret === undefined ? createHash("sha256") : createHmac("sha256", secret as string);
  }
  update(data: Uint8Array | string): void {
    this.hash.update(data);
  }
  async digest(): Promise<Uint8Array> {
    return this.hash.digest();
  }
  reset(): void {}
}

interface Signing {
  readonly url: string;
  readonly credentials: Credentials;
  readonly service: string;
  readonly region?: string;
  readonly at?: Date;
}

/** The headers of a request that AWS's own signer has signed. */
export async function signedHeaders(signing: Signing, raw: RawRequest): Promise<Record<string, string>> {
  const { host } = new URL(signing.url);
  const [path = "/", query = ""] = (raw.path ?? "/").split("?");
  const parameters: Record<string, string | string[]> = {};
  for (const [name, value] of new URLSearchParams(query)) {
    const before = parameters[name];
    parameters[name] = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
  }
  const signer = new SignatureV4({
    credentials: sdkCredentials(signing.credentials),
    region: signing.region ?? "us-east-1",
    service: signing.service,
    sha256: NodeSha256 as never,
  });
  const signed = await signer.sign(
    new HttpRequest({
      method: raw.method ?? "POST",
      protocol: "http:",
      hostname: host,
      path,
      query: parameters,
      headers: { ...raw.headers, host },
      body: raw.body ?? "",
    }),
    { signingDate: signing.at ?? new Date() },
  );
  return signed.headers;
}

/** Signs and sends. */
export async function sendSigned(signing: Signing, raw: RawRequest): Promise<RawAnswer> {
  return sendRaw(signing.url, { ...raw, headers: await signedHeaders(signing, raw) });
}
