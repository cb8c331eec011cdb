// What faults do to a call and to its connection.
import type { IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "../wire/protocol.ts";
import type { Meeting } from "./fault-set.ts";
import { proxyPage, refusalFor } from "./refusals.ts";

/** Longer than any client's patience that we know of: publish waits for 300 s, the AWS CLI for 60. */
const slowMilliseconds = 360_000;

/** What a request gets: nothing where its connection is to break; the answer, or half of it. */
export interface Reply {
  readonly answer?: Answer;
  readonly cut?: boolean;
}

/** Its connection breaks. */
export const broken: Reply = {};

interface Struck {
  /** As in signatures. */
  readonly service: string;
  /** Aborts when the endpoint ends. */
  readonly closing: AbortSignal;
  /** Does what is asked for. */
  readonly work: () => Promise<Answer>;
}

/** Whether the connection breaks before the request has arrived; resolves when it is time for that. */
export async function isCutOff(
  { request, closing }: { readonly request: IncomingMessage; readonly closing: AbortSignal },
  { hit, latency }: Meeting,
): Promise<boolean> {
  if (hit?.kind !== "down" && hit?.kind !== "reset") return false;
  await wait(latency, closing);
  if (hit.kind === "reset") await halfArrived(request);
  return true;
}

/**
 * Does the work of a call whose request has arrived, or not, as the fault has it that it meets.
 * @throws AwsError where the fault is a refusal.
 */
export async function withFaults({ hit, latency }: Meeting, { service, closing, work }: Struck): Promise<Reply> {
  if (!(await wait(latency, closing))) return broken;
  if (!hit) return { answer: await work() };
  const { kind } = hit;
  const instead = (): Reply => {
    if (kind === "throttle" || kind === "error" || kind === "expired") throw refusalFor({ ...hit, kind }, service);
    return kind === "proxy" ? { answer: proxyPage(hit) } : broken;
  };
  const afterwards = kind === "lost-answer" || kind === "cut-answer" || kind === "slow" || hit.work === "done";
  if (!afterwards) return instead();
  const answer = await work();
  if (kind === "slow" && (await wait(hit.latency ?? slowMilliseconds, closing))) return { answer };
  if (kind === "cut-answer" && !(answer.body instanceof Readable)) return { answer, cut: true };
  if (answer.body instanceof Readable) answer.body.destroy();
  return instead();
}

/** Breaks the connection so that the client is told at once. */
export function hangUp(request: IncomingMessage): void {
  request.socket.resetAndDestroy();
}

/** Waits; false where the endpoint ends meanwhile. */
async function wait(milliseconds: number, closing: AbortSignal): Promise<boolean> {
  if (milliseconds === 0) return true;
  return await sleep(milliseconds, true, { signal: closing }).catch(() => false);
}

/** Resolves when half of the request's body has arrived; at once where it has none. */
function halfArrived(request: IncomingMessage): Promise<void> {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length === 0 && request.headers["transfer-encoding"] === undefined) return Promise.resolve();
  return new Promise((resolve) => {
    let arrived = 0;
    request.on("data", (chunk: Buffer) => {
      arrived += chunk.length;
      if (arrived >= length / 2) resolve();
    });
    request.once("error", () => resolve());
    request.once("close", resolve);
  });
}
