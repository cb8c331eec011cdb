// Explains requests that never arrived, or whose answers didn't.
import { endpointName, type Target } from "../model/target.ts";
import type { Explanation, SdkError } from "./sdk-error.ts";

/** Before a byte was sent; from Node's documentation of system errors. */
const notConnected = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
]);

/** After something may have been sent. */
const lost = new Set(["ECONNRESET", "EPIPE", "ETIMEDOUT", "ECONNABORTED"]);

const certificate = /^(CERT_|ERR_TLS|ERR_SSL|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_|HOSTNAME_MISMATCH)/;

/** Explains trouble on the way; undefined where an answer arrived. */
export function connectionTrouble(error: SdkError, target: Target): Explanation | undefined {
  const { code = "", name, message } = error;
  if (error.status !== undefined) return undefined;
  if (certificate.test(code)) {
    return {
      code: "CannotConnect",
      why: `the endpoint's certificate is not trusted here (${code}).`,
      hint: "Behind a proxy that opens TLS, point NODE_EXTRA_CA_CERTS at its certificate.",
    };
  }
  // The SDK's own limit on connecting; a TimeoutError otherwise means silence after the request was sent.
  if (notConnected.has(code) || /without establishing a connection|connect ETIMEDOUT/.test(message)) {
    return { code: "CannotConnect", why: `cannot connect (${firstLine(message)}).`, hint: connectHint(code, target) };
  }
  if (lost.has(code) || name === "TimeoutError") {
    return {
      code: "ConnectionLost",
      why: `the connection was lost before the answer came (${firstLine(message)}).`,
      hint: "Run the same command again: it looks at what has been done already.",
    };
  }
  return undefined;
}

function connectHint(code: string, { endpoint }: Target): string {
  if (endpoint !== undefined) {
    const asked = `Is something listening at ${endpointName(endpoint)}?`;
    return /\/\/127\./.test(endpoint) ? `${asked} With --local, run it again: that starts the endpoint anew.` : asked;
  }
  if (code === "ENOTFOUND") return "Is the region's name right, and is this machine online?";
  return "Is this machine online, and does a proxy or firewall let it reach AWS?";
}

function firstLine(text: string): string {
  return text.replace(/^@smithy\/node-http-handler - /, "").split("\n", 1)[0] ?? "";
}
