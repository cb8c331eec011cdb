// What the caller of a function gets: what the runtime posted, or the platform's own error.
import type { InvokeRequest, InvokeResult } from "../execution.ts";
import { errorBody, type Failure } from "./failure.ts";
import type { RuntimeOutcome } from "./runtime-state.ts";

/** The runtime's answer, or what became of it. */
export function resultOf(outcome: RuntimeOutcome | Failure, { requestId }: InvokeRequest): InvokeResult {
  return "payload" in outcome ? result(outcome.payload, outcome.failed) : result(errorBody(outcome, requestId), true);
}

function result(payload: Buffer, failed: boolean): InvokeResult {
  return { payload, logTail: "", ...(failed ? { functionError: "Unhandled" as const } : {}) };
}
