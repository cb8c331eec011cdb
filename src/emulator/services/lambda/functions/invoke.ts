// Invoke: runs the function and answers with what came of it, or takes the event in, or only looks whether it could.
import type { InvokeResult } from "../../../execution.ts";
import { Constraints } from "../../../wire/constraints.ts";
import type { Answer } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { queueEvent } from "../events/event-queue.ts";
import { functionResource } from "../find-function.ts";
import { findInvoked, header, readClientContext, readPayload, runInvocation } from "./invocation.ts";
import { traceAnswer, traceIdOf } from "./trace-id.ts";

export const invoke: RestOperation = {
  name: "Invoke",
  route: "POST /2015-03-31/functions/{FunctionName}/invocations",
  action: "lambda:InvokeFunction",
  resources: functionResource,
  async handle(account, call) {
    const type = header(call, "x-amz-invocation-type") ?? "RequestResponse";
    const logType = header(call, "x-amz-log-type") ?? "None";
    new Constraints()
      .oneOf(type, "invocationType", ["Event", "RequestResponse", "DryRun"])
      .oneOf(logType, "logType", ["None", "Tail"])
      .done();
    const found = findInvoked(account, call);
    if (type === "DryRun") return { status: 204, headers: { "x-amz-executed-version": found.content.version } };
    const payload = readPayload(call.body, type);
    const clientContext = readClientContext(header(call, "x-amz-client-context"));
    const traceId = traceIdOf(call);
    if (type === "Event") {
      await queueEvent(account, { found, payload, clientContext, traceId, requestId: call.requestId });
      return { status: 202, headers: traceAnswer(traceId) };
    }
    const tail = logType === "Tail";
    const result = await runInvocation(account, { call, found, payload, clientContext, traceId, tail });
    return answer(result, { version: found.content.version, traceId, tail });
  },
};

interface Circumstances {
  readonly version: string;
  readonly traceId: string;
  readonly tail: boolean;
}

function answer(result: InvokeResult, { version, traceId, tail }: Circumstances): Answer {
  const headers: Record<string, string> = {
    "content-type": result.contentType ?? "application/json",
    "x-amz-executed-version": version,
    ...traceAnswer(traceId),
  };
  if (result.functionError) headers["x-amz-function-error"] = result.functionError;
  if (tail) headers["x-amz-log-result"] = Buffer.from(result.logTail).toString("base64");
  return { status: 200, headers, body: result.payload };
}
