// GET /runtime/invocation/next: gives the runtime its next event, whenever that may be.
import type { ServerResponse } from "node:http";
import { endWith } from "../../end-with.ts";
import { sendRefusal } from "../answer.ts";
import type { RuntimeCalls, RuntimeEvent } from "../calls.ts";
import { holdBack } from "../waiting.ts";

/** Answers `next`. */
export function runtimeNext(calls: RuntimeCalls, response: ServerResponse): void {
  const refusal = calls.next(holdBack(response, writeEvent));
  if (refusal) sendRefusal(response, refusal);
}

function writeEvent(response: ServerResponse, { headers, payload }: RuntimeEvent): void {
  response.writeHead(200, headers);
  endWith(response, payload);
}
