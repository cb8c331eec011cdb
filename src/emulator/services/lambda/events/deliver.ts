// Delivers what became of an event: to a function of this account as a new event, to everything else as a file, since only Lambda is played here.
import type { QueuedEventDocument } from "../../../store/documents.ts";
import type { AccountState } from "../../account-state.ts";
import { mostEventBytes } from "../functions/invocation.ts";
import { sendingRefusal } from "./delivery-permission.ts";
import { type DeliveryTarget, readTarget } from "./delivery-target.ts";
import { type CompletedEvent, deadLetter, derivedId, eventBridgeEvent, invocationRecord } from "./record.ts";

/** Functions that are each other's destinations: AWS's recursive loop detection, too, steps in after about sixteen. */
const mostHops = 16;

/**
 * Delivers the record of an event that is done. Repeating it writes the same again, under the same names.
 * @returns the event for another function, kept but not begun.
 * @throws where this machine refuses the file.
 */
export async function deliver(
  account: AccountState,
  event: QueuedEventDocument,
): Promise<QueuedEventDocument | undefined> {
  const { completed } = event;
  if (!completed) return undefined;
  const done = { ...event, completed };
  if (completed.deadLetterTarget !== undefined) {
    const target = allowedTarget(account, done, completed.deadLetterTarget);
    if (target) await write(account, done, { target, suffix: ".dead-letter", content: deadLetter(done) });
  }
  const target = completed.destination === undefined ? undefined : allowedTarget(account, done, completed.destination);
  if (target?.service === "lambda") return await passOn(account, done, target);
  if (target) {
    const content = target.service === "events" ? eventBridgeEvent(done, target.arn) : invocationRecord(done);
    await write(account, done, { target, suffix: "", content });
  }
  return undefined;
}

/** The target, where the role may send there now and Lambda can; whoever loses a record is told. */
function allowedTarget(account: AccountState, event: CompletedEvent, arn: string): DeliveryTarget | undefined {
  const target = readTarget(arn);
  const { region, functionName, completed } = event;
  const why = !target
    ? "it is no target"
    : target.fifo
      ? "Lambda does not deliver to FIFO queues and topics"
      : sendingRefusal(account, { role: completed.roleArn, functionName, region }, target);
  if (why === undefined) return target;
  account.warn(`${headline(event)}, but nothing was sent to ${arn}: ${why}`);
  return undefined;
}

interface Writing {
  readonly target: DeliveryTarget;
  readonly suffix: string;
  readonly content: string;
}

async function write(
  account: AccountState,
  event: CompletedEvent,
  { target, suffix, content }: Writing,
): Promise<void> {
  const { service, name, arn } = target;
  const time = new Date(event.completed.at).toISOString().replaceAll(":", "-");
  const file = await account.destinations.write([service, name, `${time}-${event.id}${suffix}.json`], `${content}\n`);
  account.note(`${headline(event)}. What ${arn} would get is in ${file}`);
}

async function passOn(
  account: AccountState,
  event: CompletedEvent,
  target: DeliveryTarget,
): Promise<QueuedEventDocument | undefined> {
  const lost = (why: string) => {
    account.warn(`${headline(event)}, but nothing was sent to ${target.arn}: ${why}.`);
    return undefined;
  };
  const hops = (event.hops ?? 0) + 1;
  if (hops >= mostHops) return lost(`it came through ${mostHops} destinations already, which looks like a loop`);
  const payload = Buffer.from(invocationRecord(event));
  if (payload.length > mostEventBytes)
    return lost(`the record has ${payload.length} bytes, an event ${mostEventBytes}`);
  const next: QueuedEventDocument = {
    id: derivedId(event.id, target.arn),
    region: event.region,
    functionName: target.name,
    qualifier: target.qualifier,
    payload: payload.toString("base64"),
    traceId: event.traceId,
    acceptedAt: account.now(),
    hops,
    attempts: 0,
  };
  // There already where an earlier process ended just after writing it: it is taken up with the others.
  return (await account.store.queuedEvents.create([next.id], next)) ? next : undefined;
}

function headline({ id, functionName, completed: { condition } }: CompletedEvent): string {
  return condition === "Success"
    ? `Event ${id} for ${functionName} succeeded`
    : `Event ${id} for ${functionName} failed (${condition})`;
}
