// PUT /2022-07-01/telemetry and PUT /2020-08-15/logs: an extension says what it wants to hear of, and where.
import type { IncomingMessage, ServerResponse } from "node:http";
import type { TelemetryApi } from "../../telemetry/subscription.ts";
import { send, sendNotFound, sendRefusal } from "../answer.ts";
import type { EnvironmentCalls } from "../calls.ts";
import { identify } from "../extensions/identify.ts";
import { readBody } from "../read-body.ts";
import { forbidden, type Refusal } from "../refusal.ts";
import { readSubscription } from "./read-subscription.ts";

const bodyLimit = 256 * 1024;

/** Answers a call of one of the two APIs: who is it, is it still time, is it valid, and only then does it count. */
export function routeSubscription(
  calls: EnvironmentCalls,
  api: TelemetryApi,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  if (request.method !== "PUT") {
    request.resume();
    sendNotFound(response);
    return;
  }
  readBody(request, bodyLimit, ({ body }) => {
    const refusal = subscribe(calls, api, { request, body });
    if (refusal) sendRefusal(response, refusal);
    else send(response, 200, { headers: { "Content-Type": "application/json" }, body: '"OK"' });
  });
}

function subscribe(
  calls: EnvironmentCalls,
  api: TelemetryApi,
  { request, body }: { request: IncomingMessage; body: Buffer },
): Refusal | undefined {
  const caller = identify(calls.extensions, request, false);
  if (typeof caller !== "string") return caller;
  // The words for the Logs API are not documented: the Telemetry API's, with its name.
  if (!calls.telemetry.open) return forbidden(`${api}.SubscriptionClosed`, `${api} API subscription is closed already`);
  const subscription = readSubscription(api, body);
  if ("problem" in subscription) return invalid(api, subscription.problem);
  const name = calls.extensions.nameOf(caller) ?? "";
  if (calls.telemetry.subscribe(name, subscription)) return undefined;
  // AWS says that an extension may use only one of them, not what it answers.
  return invalid(api, `Extension ${name} is subscribed to the ${api === "Logs" ? "Telemetry" : "Logs"} API already`);
}

function invalid(api: TelemetryApi, errorMessage: string): Refusal {
  return { status: 400, errorType: api === "Telemetry" ? "ValidationError" : "Logs.ValidationError", errorMessage };
}
