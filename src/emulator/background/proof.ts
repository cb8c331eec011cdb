// How a command and the leader prove to each other that both have read the leader's file, without sending what stands in it.
import { createHmac, timingSafeEqual } from "node:crypto";

/** Proves knowledge of the token, for one message. */
export function prove(token: string, message: string): string {
  return createHmac("sha256", token).update(message).digest("base64url");
}

/** Whether the proof is one. */
export function isProof(token: string, message: string, proof: string | string[] | undefined): boolean {
  const [expected, given] = [Buffer.from(prove(token, message)), Buffer.from(String(proof))];
  return expected.length === given.length && timingSafeEqual(expected, given);
}
