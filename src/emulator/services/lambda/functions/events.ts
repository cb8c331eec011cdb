// Events: kept before they are accepted, run in the background, and tried again where the function fails.
import { setTimeout as sleep } from "node:timers/promises";
import type { QueuedEventDocument } from "../../../store/documents.ts";
import type { AccountState } from "../../account-state.ts";
import { type FoundFunction, versionOf } from "../find-function.ts";
import { functionArn } from "../names.ts";
import { snapshotOf } from "./snapshot.ts";

interface QueuedCall {
  readonly found: FoundFunction;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
  readonly requestId: string;
}

/** Keeps an event, which may then be accepted, and starts running it. */
export async function queueEvent(account: AccountState, call: QueuedCall): Promise<void> {
  const event: QueuedEventDocument = {
    id: call.requestId,
    region: call.found.document.region,
    functionName: call.found.document.functionName,
    qualifier: call.found.qualifier,
    payload: call.payload.toString("base64"),
    clientContext: call.clientContext,
    attempts: 0,
  };
  await account.store.queuedEvents.put([event.id], event);
  account.background(runEvent(account, event));
}

/** Takes up the events that an earlier process accepted and did not get done. */
export function resumeEvents(account: AccountState): void {
  for (const event of account.store.queuedEvents.list()) account.background(runEvent(account, event));
}

async function runEvent(account: AccountState, queued: QueuedEventDocument): Promise<void> {
  let event = queued;
  while (true) {
    const failed = await attempt(account, event);
    if (account.closing.aborted) return;
    const pause = account.retryPauses[event.attempts];
    if (!failed || pause === undefined) break;
    event = { ...event, attempts: event.attempts + 1 };
    await account.store.queuedEvents.put([event.id], event);
    // The endpoint that ends takes the event up again when it next starts.
    const waited = await sleep(pause, true, { signal: account.closing }).catch(() => false);
    if (!waited) return;
  }
  await account.store.queuedEvents.remove([event.id]);
}

/** Runs the event once; true where it failed and may be tried again. */
async function attempt(account: AccountState, event: QueuedEventDocument): Promise<boolean> {
  const document = account.store.functions.get(event.region, event.functionName);
  const content = document && versionOf(account, document, event.qualifier);
  if (!document || !content) return false;
  try {
    const executor = await account.executor();
    const result = await executor.invoke(snapshotOf(account.store.blobs, document, content), {
      // The same for all attempts, as on AWS.
      requestId: event.id,
      payload: Buffer.from(event.payload, "base64"),
      invokedFunctionArn: functionArn(event, event.functionName, event.qualifier),
      clientContext: event.clientContext,
    });
    return result.functionError !== undefined;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    account.warn(`An event for ${event.functionName} could not be run: ${reason}`);
    return true;
  }
}
