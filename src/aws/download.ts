// Downloads a zip from where AWS says that it is, into a file, and holds it against its hash.
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { get as getHttp, type IncomingMessage } from "node:http";
import { get as getHttps } from "node:https";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { interruptedError, type LambdaExtError, remoteError } from "../model/errors.ts";
import type { Connection } from "./connection.ts";
import { isRefusal, type Purpose, translateError } from "./errors.ts";

const attempts = 3;
const firstPauseMilliseconds = 500;
/** Without a byte for so long, a connection is given up. */
const silenceMilliseconds = 60_000;

/** What is to be downloaded. */
export interface Download {
  readonly location: string;
  readonly file: string;
  /** How many bytes there must be. */
  readonly bytes: number;
  /** Base64 of their SHA-256. */
  readonly codeSha256: string;
}

/**
 * Downloads; a connection that breaks is tried again from the beginning. Nothing but the address is sent: no credentials, and no second
 * address that the first one leads to.
 * @throws LambdaExtError where it does not arrive, or other bytes do.
 */
export async function downloadZip(connection: Connection, purpose: Purpose, download: Download): Promise<void> {
  const url = safeUrl(connection, purpose, download.location);
  for (let attempt = 1; ; attempt++) {
    try {
      return await tryOnce(connection, purpose, { ...download, url });
    } catch (thrown) {
      if (connection.signal.aborted) throw interruptedError();
      const error = isMachines(thrown) ? thrown : translateError(thrown, purpose, connection.target);
      if (attempt === attempts || !isRefusal(error, "ConnectionLost", "CannotConnect", "ServiceError")) throw error;
      await connection.pace.pause(firstPauseMilliseconds * 2 ** (attempt - 1), connection.signal);
    }
  }
}

/** The disk is this machine's, and is told as such. */
function isMachines(thrown: unknown): boolean {
  const { code } = thrown as NodeJS.ErrnoException;
  return ["ENOSPC", "EDQUOT", "EACCES", "EPERM", "EROFS", "EMFILE", "EIO"].includes(code ?? "");
}

/** AWS's addresses are HTTPS; those of an endpoint on this machine, or one that was named, need not be. */
function safeUrl({ target }: Connection, purpose: Purpose, location: string): URL {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const named = target.endpoint === undefined ? undefined : new URL(target.endpoint).hostname;
  const near = url && (/^(127\.[\d.]+|\[::1\]|localhost)$/.test(url.hostname) || url.hostname === named);
  if (url?.protocol === "https:" || (url?.protocol === "http:" && near)) return url;
  throw failed(purpose, `the zip is said to be at ${url ? url.origin : "no address"}, which is not encrypted.`, {
    code: "UnsafeLocation",
    hint: "AWS gives addresses with https. What is between here and it?",
  });
}

async function tryOnce(
  { signal }: Connection,
  purpose: Purpose,
  { url, file, bytes, codeSha256 }: Download & { readonly url: URL },
): Promise<void> {
  const response = await open(url, signal);
  const { statusCode = 0 } = response;
  if (statusCode !== 200) {
    response.destroy();
    throw refused(purpose, url, statusCode);
  }
  const hash = createHash("sha256");
  let arrived = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      arrived += chunk.length;
      hash.update(chunk);
      done(arrived > bytes ? otherBytes(purpose, `more than ${bytes} bytes came`) : null, chunk);
    },
  });
  await pipeline(response, measure, createWriteStream(file, { mode: 0o600 }), { signal });
  if (arrived < bytes) throw Object.assign(new Error(`${arrived} of ${bytes} bytes came`), { code: "ECONNRESET" });
  if (hash.digest("base64") !== codeSha256) throw otherBytes(purpose, "their SHA-256 is another one");
}

function open(url: URL, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = (url.protocol === "https:" ? getHttps : getHttp)(url, { signal }, resolve);
    request.setTimeout(silenceMilliseconds, () => {
      request.destroy(Object.assign(new Error("no answer for a minute"), { code: "ETIMEDOUT" }));
    });
    request.on("error", reject);
  });
}

function refused(purpose: Purpose, url: URL, status: number): LambdaExtError {
  if (status >= 300 && status < 400) {
    return failed(purpose, `${url.host} leads to another address (HTTP ${status}), which is not followed.`, {
      code: "Redirected",
      hint: "AWS's addresses lead nowhere else. What is between here and it: a proxy, a captive portal?",
    });
  }
  const hint =
    status === 403
      ? "Addresses of zips are good for ten minutes: run the same command again. Does a policy or a VPC endpoint keep S3 away?"
      : "Run the same command again in a while.";
  return failed(purpose, `${url.host} refused the zip (HTTP ${status}).`, {
    code: status >= 500 ? "ServiceError" : "DownloadRefused",
    hint,
  });
}

function otherBytes(purpose: Purpose, how: string): LambdaExtError {
  return failed(purpose, `other bytes came than Lambda has: ${how}.`, {
    code: "HashMismatch",
    hint: "Nothing was published. Run the same command again; what is between here and AWS?",
  });
}

function failed({ doing }: Purpose, why: string, details: { readonly code: string; readonly hint: string }) {
  return remoteError(`Could not ${doing}: ${why}`, details);
}
