// The Telemetry API and the Logs API, until they are there: answered exactly as AWS's own emulator answers them, 202 with a type that
// says so, which extensions take for "no telemetry here" rather than for a failure.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson, sendNotFound } from "../answer.ts";

/** Answers a subscription to either of the two. */
export function answerSubscription(
  api: "Telemetry" | "Logs",
  request: IncomingMessage,
  response: ServerResponse,
): void {
  request.resume();
  if (request.method !== "PUT") {
    sendNotFound(response);
    return;
  }
  sendJson(response, 202, {
    document: { errorType: `${api}.NotSupported`, errorMessage: `${api} API is not supported` },
  });
}
