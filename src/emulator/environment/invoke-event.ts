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
        "Content-Type": headerText(contentType ?? "application/json"),
        "Content-Length": payload.length,
        "Lambda-Runtime-Aws-Request-Id": requestId,
        "Lambda-Runtime-Deadline-Ms": deadline,
        "Lambda-Runtime-Invoked-Function-Arn": invokedFunctionArn,
        ...(traceId ? { "Lambda-Runtime-Trace-Id": headerText(traceId) } : {}),
        ...(clientContext ? { "Lambda-Runtime-Client-Context": headerText(clientContext) } : {}),
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

/** UTF-8 on the wire, as AWS's core sends it: Node takes each character for a byte. Line breaks, which JSON may hold, can't be sent. */
function headerText(text: string): string {
  return Buffer.from(text.replace(/[^\t\x20-\x7e\u0080-\u{10ffff}]+/gu, " ")).toString("latin1");
}
