// GET /extension/event/next: gives an extension its next event, whenever that may be.
import type { IncomingMessage, ServerResponse } from "node:http";
import { send, sendRefusal } from "../answer.ts";
import type { ExtensionCalls, ExtensionEvent } from "../calls.ts";
import { holdBack } from "../waiting.ts";
import { identify } from "./identify.ts";

/** Answers `next`. */
export function extensionNext(calls: ExtensionCalls, request: IncomingMessage, response: ServerResponse): void {
  const caller = identify(calls, request, true);
  if (typeof caller !== "string") {
    sendRefusal(response, caller);
    return;
  }
  const refusal = calls.next(caller, holdBack(response, writeEvent));
  if (refusal) sendRefusal(response, refusal);
}

function writeEvent(response: ServerResponse, event: ExtensionEvent): void {
  send(response, 200, event);
}
