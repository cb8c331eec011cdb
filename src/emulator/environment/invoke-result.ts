// What the caller of a function gets: what the runtime posted, or the platform's own error.
import type { InvokeRequest, InvokeResult } from "../execution.ts";
import { errorBody, type Failure } from "./failure.ts";
import type { RuntimeOutcome } from "./runtime-state.ts";

/** The runtime's answer, or what became of it. */
export function resultOf(outcome: RuntimeOutcome | Failure, { requestId }: InvokeRequest): InvokeResult {
  if (!("payload" in outcome)) {
    return { payload: errorBody(outcome, requestId), logTail: "", functionError: "Unhandled" };
  }
  const { payload, contentType, failed } = outcome;
  return {
    ...{ payload, logTail: "" },
    ...(contentType !== undefined && { contentType }),
    ...(failed && { functionError: "Unhandled" as const }),
  };
}
