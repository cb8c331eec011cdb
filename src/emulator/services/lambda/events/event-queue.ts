// Events: kept before they are accepted, run in the background, tried again where the function fails, and kept until whoever is to know has
// been told.
import { setTimeout as sleep } from "node:timers/promises";
import type {
  EventCompletion,
  EventResponse,
  FunctionDocument,
  QueuedEventDocument,
} from "../../../store/documents.ts";
import type { AccountState } from "../../account-state.ts";
import { type FoundFunction, routedVersionOf, versionOf } from "../find-function.ts";
import { eventInvokeConfigOf } from "../functions/event-invoke-config.ts";
import { functionArn } from "../names.ts";
import { attemptEvent } from "./attempt.ts";
import { deliver } from "./deliver.ts";

/** AWS's defaults. */
const defaults = { maximumRetryAttempts: 2, maximumEventAgeInSeconds: 21_600 } as const;

interface QueuedCall {
  readonly found: FoundFunction;
  readonly payload: Buffer;
  readonly clientContext: string | undefined;
  readonly traceId: string | undefined;
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
    traceId: call.traceId,
    acceptedAt: account.now(),
    attempts: 0,
  };
  await account.store.queuedEvents.put([event.id], event);
  begin(account, event);
}

/** Takes up the events that an earlier process accepted and did not get done. */
export function resumeEvents(account: AccountState): void {
  const events = account.store.queuedEvents.list();
  const resume = async () => {
    // Records first: one for a function is itself an event, which must not be run while it may still be written again.
    await Promise.all(events.filter(({ completed }) => completed).map((event) => finish(account, event)));
    for (const event of events) if (!event.completed) begin(account, event);
  };
  account.background(resume());
}

function begin(account: AccountState, event: QueuedEventDocument): void {
  const run = runEvent(account, event).catch((error: unknown) => {
    const what = `Event ${event.id} for ${event.functionName} could not be kept track of`;
    account.warn(`${what}: ${reasonOf(error)}. It is taken up again when the endpoint next starts.`);
  });
  account.background(run);
}

/** Returns when the event is done, or when the endpoint is to end: the next one takes the event up again. */
async function runEvent(account: AccountState, queued: QueuedEventDocument): Promise<void> {
  let event = { ...queued, acceptedAt: queued.acceptedAt ?? account.now() };
  for (let throttles = 0; !account.closing.aborted; ) {
    const document = account.store.functions.get(event.region, event.functionName);
    const content = document && routedVersionOf(account, document, event.qualifier);
    if (!document || !content) return drop(account, event, "the function is no longer there");
    const { maximumRetryAttempts, deadline } = settingsOf(document, event);
    const complete = (condition: EventCompletion["condition"]) =>
      completeEvent(account, event, { document, condition });

    if (document.reservedConcurrency === 0) return complete("ZeroReservedConcurrency");
    if (account.now() >= deadline) return complete("EventAgeExceeded");
    const attempt = await attemptEvent(account, { event, document, content });
    if (attempt.kind === "succeeded") {
      event = { ...event, response: attempt.response };
      return complete("Success");
    }
    // What failed may have failed because the endpoint ends: it does not count.
    if (account.closing.aborted) return;

    if (attempt.kind === "throttled") {
      // As on AWS: no attempt, and tried again until the event is too old.
      event = { ...event, response: attempt.response };
      const pause = Math.min(throttlePause(account, throttles++), deadline - account.now());
      if (!(await account.throttled.wait(event, pause))) return;
      continue;
    }
    throttles = 0;
    event = { ...event, attempts: event.attempts + 1, response: attempt.response };
    if (event.attempts > maximumRetryAttempts) return complete("RetriesExhausted");
    const pause = account.retryPauses[event.attempts - 1] ?? account.retryPauses.at(-1) ?? 0;
    // Recorded: AWS does not wait for the next attempt where the event would be too old for it.
    if (account.now() + pause >= deadline) return complete("EventAgeExceeded");
    await account.store.queuedEvents.put([event.id], event);
    const waited = await sleep(pause, true, { signal: account.closing }).catch(() => false);
    if (!waited) return;
  }
}

function settingsOf(document: FunctionDocument, { qualifier = "$LATEST", acceptedAt = 0 }: QueuedEventDocument) {
  const config = eventInvokeConfigOf(document, qualifier);
  const seconds = config?.maximumEventAgeInSeconds ?? defaults.maximumEventAgeInSeconds;
  return {
    maximumRetryAttempts: config?.maximumRetryAttempts ?? defaults.maximumRetryAttempts,
    deadline: acceptedAt + seconds * 1000,
  };
}

/** Doubled each time, as AWS does from one second to five minutes. */
function throttlePause({ throttlePauses: { first, most } }: AccountState, throttles: number): number {
  return Math.min(first * 2 ** Math.min(throttles, 30), most);
}

interface Completion {
  readonly document: FunctionDocument;
  readonly condition: EventCompletion["condition"];
}

/** No further attempt: writes down what is to be told to whom, so that a later process does not run the function again, and tells it. */
async function completeEvent(
  account: AccountState,
  event: QueuedEventDocument,
  { document, condition }: Completion,
): Promise<void> {
  const { qualifier = "$LATEST" } = event;
  const config = eventInvokeConfigOf(document, qualifier);
  const content = versionOf(account, document, qualifier) ?? document.latest;
  const succeeded = condition === "Success";
  const destination = succeeded ? config?.onSuccess : config?.onFailure;
  const deadLetterTarget = succeeded ? undefined : content.deadLetterTargetArn;
  if (destination === undefined && deadLetterTarget === undefined) {
    if (succeeded) await account.store.queuedEvents.remove([event.id]);
    else await drop(account, event, `${condition}; it has neither a destination for failures nor a dead-letter queue`);
    return;
  }
  const completed = { condition, at: account.now(), roleArn: content.role, destination, deadLetterTarget };
  const done = { ...event, completed };
  await account.store.queuedEvents.put([event.id], done);
  await finish(account, done);
}

/** Delivers the record of an event, and only then forgets it; an event for another function begins after that. */
async function finish(account: AccountState, event: QueuedEventDocument): Promise<void> {
  try {
    const next = await deliver(account, event);
    await account.store.queuedEvents.remove([event.id]);
    if (next) begin(account, next);
  } catch (error) {
    const what = `The record of event ${event.id} for ${functionArn(event, event.functionName)} could not be written`;
    account.warn(`${what}: ${reasonOf(error)}. It is kept, and written when the endpoint next starts.`);
  }
}

async function drop(account: AccountState, event: QueuedEventDocument, why: string): Promise<void> {
  const tries = `${event.attempts} failed attempt${event.attempts === 1 ? "" : "s"}`;
  const last = lastWords(event.response);
  account.warn(`Event ${event.id} for ${event.functionName} was dropped after ${tries}${last}: ${why}.`);
  await account.store.queuedEvents.remove([event.id]);
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function lastWords(response: EventResponse | undefined): string {
  if (!response) return "";
  return response.functionError ? " (the function's own error)" : ` (${response.statusCode} ${response.refusal ?? ""})`;
}
