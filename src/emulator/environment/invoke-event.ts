// An invocation as the runtime and the extensions are told of it.
import type { InvokeRequest } from "../execution.ts";
import type { InvokeEvent } from "./generation.ts";

/** Empty values are left out, never sent as empty headers. `deadline` is in epoch milliseconds. */
export function invokeEvent(request: InvokeRequest, deadline: number): InvokeEvent {
  const { requestId, payload, invokedFunctionArn, clientContext, traceId, contentType } = request;
  return {
    requestId,
    runtime: {
      payload,
      headers: {
        "Content-Type": contentType ?? "application/json",
        "Content-Length": payload.length,
        "Lambda-Runtime-Aws-Request-Id": requestId,
        "Lambda-Runtime-Deadline-Ms": deadline,
        "Lambda-Runtime-Invoked-Function-Arn": invokedFunctionArn,
        ...(traceId ? { "Lambda-Runtime-Trace-Id": traceId } : {}),
        ...(clientContext ? { "Lambda-Runtime-Client-Context": clientContext } : {}),
      },
    },
    extensionBody: JSON.stringify({
      eventType: "INVOKE",
      deadlineMs: deadline,
      requestId,
      invokedFunctionArn,
      ...(traceId ? { tracing: { type: "X-Amzn-Trace-Id", value: traceId } } : {}),
    }),
  };
}
