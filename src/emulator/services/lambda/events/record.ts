// What is told of an event that is done: AWS's invocation record, its EventBridge envelope, and dead letters. Payloads go in as they are, not
// parsed and written anew.
import { createHash } from "node:crypto";
import { parseArn } from "../../../../model/arn.ts";
import { accountId } from "../../../account.ts";
import type { EventCompletion, EventResponse, QueuedEventDocument } from "../../../store/documents.ts";
import { functionArn } from "../names.ts";

/** An event with its end. */
export interface CompletedEvent extends QueuedEventDocument {
  readonly completed: EventCompletion;
}

/** Of a dead letter's ErrorMessage: the developer guide says the first kilobyte. */
const mostMessageBytes = 1024;

/** The invocation record that destinations get, version 1.0, as JSON. */
export function invocationRecord(event: CompletedEvent): string {
  const { completed, attempts, response } = event;
  const succeeded = completed.condition === "Success";
  const ran = completed.condition !== "ZeroReservedConcurrency" ? response : undefined;
  return jsonObject({
    version: text("1.0"),
    timestamp: text(new Date(completed.at).toISOString()),
    requestContext: jsonObject({
      requestId: text(event.id),
      functionArn: text(resourceOf(event)),
      condition: text(completed.condition),
      approximateInvokeCount: String(attempts + (succeeded ? 1 : 0)),
    }),
    requestPayload: payloadOf(event),
    ...(ran && { responseContext: responseContext(ran) }),
    ...(ran?.payload !== undefined && { responsePayload: responsePayload(ran.payload) }),
  });
}

/** The same as EventBridge hands it on. */
export function eventBridgeEvent(event: CompletedEvent, busArn: string): string {
  const { completed } = event;
  const outcome = completed.condition === "Success" ? "Success" : "Failure";
  return jsonObject({
    version: text("0"),
    id: text(derivedId(event.id, busArn)),
    "detail-type": text(`Lambda Function Invocation Result - ${outcome}`),
    source: text("lambda"),
    account: text(accountId),
    time: text(`${new Date(completed.at).toISOString().slice(0, 19)}Z`),
    region: text(parseArn(busArn)?.region ?? event.region),
    resources: JSON.stringify([busArn, resourceOf(event)]),
    detail: invocationRecord(event),
  });
}

/** What a dead-letter queue or topic gets: the event itself, and why, as message attributes. */
export function deadLetter(event: CompletedEvent): string {
  const attribute = (DataType: string, StringValue: string) => ({ DataType, StringValue });
  const zero = event.completed.condition === "ZeroReservedConcurrency";
  const attributes = {
    RequestID: attribute("String", event.id),
    // A function that was never to run has no status.
    ...(!zero && event.response && { ErrorCode: attribute("Number", String(event.response.statusCode)) }),
    ErrorMessage: attribute("String", zero ? zeroConcurrency : errorMessage(event.response)),
  };
  return jsonObject({ MessageAttributes: JSON.stringify(attributes), Body: payloadOf(event) });
}

/** An id that comes out the same however often a record is delivered. */
export function derivedId(requestId: string, arn: string): string {
  const hex = createHash("sha256").update(`${requestId} ${arn}`).digest("hex");
  const variant = "89ab".charAt(Number.parseInt(hex.charAt(16), 16) % 4);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join("-");
}

const zeroConcurrency = "Function not invoked. Function is configured with zero reserved concurrent executions";

function resourceOf({ region, functionName, qualifier = "$LATEST" }: QueuedEventDocument): string {
  return functionArn({ region }, functionName, qualifier);
}

function responseContext({ statusCode, executedVersion, functionError }: EventResponse): string {
  return JSON.stringify({ statusCode, executedVersion, functionError });
}

/** It was checked to be JSON when the event was taken in. */
function payloadOf(event: QueuedEventDocument): string {
  return Buffer.from(event.payload, "base64").toString("utf8");
}

/** A function may answer with nothing, or with what is no JSON: null and a text, which AWS does not document. */
function responsePayload(payload: string): string {
  if (payload === "") return "null";
  return parsed(payload) === undefined ? text(payload) : payload;
}

function errorMessage(response: EventResponse | undefined): string {
  if (!response) return "";
  const body = response.payload === undefined ? undefined : parsed(response.payload);
  const said = typeof body === "object" && body !== null && "errorMessage" in body ? body.errorMessage : undefined;
  return firstKilobyte(response.refusal ?? (typeof said === "string" ? said : ""));
}

function firstKilobyte(message: string): string {
  const bytes = Buffer.from(message);
  // A character that is cut in two is left out.
  return bytes.length <= mostMessageBytes
    ? message
    : bytes.toString("utf8", 0, mostMessageBytes).replace(/\ufffd$/, "");
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function text(value: string): string {
  return JSON.stringify(value);
}

/** An object of members that are JSON already. */
function jsonObject(members: Readonly<Record<string, string>>): string {
  return `{${Object.entries(members)
    .map(([name, json]) => `${text(name)}:${json}`)
    .join(",")}}`;
}
