// Invoke: runs the function and answers with what came of it, or takes the event in, or only looks whether it could.
import type { InvokeResult } from "../../../execution.ts";
import type { Answer } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { queueEvent } from "../events/event-queue.ts";
import { functionResource } from "../find-function.ts";
import { readEvent, readWish, runInvocation } from "./invocation.ts";
import { traceAnswer } from "./trace-id.ts";

export const invoke: RestOperation = {
  name: "Invoke",
  route: "POST /2015-03-31/functions/{FunctionName}/invocations",
  action: "lambda:InvokeFunction",
  resources: functionResource,
  async handle(account, call) {
    const { type, tail, found } = readWish(account, call, ["Event", "RequestResponse", "DryRun"]);
    if (type === "DryRun") return { status: 204, headers: { "x-amz-executed-version": found.content.version } };
    const event = readEvent(call, type);
    const { traceId } = event;
    if (type === "Event") {
      await queueEvent(account, { found, ...event, requestId: call.requestId });
      return { status: 202, headers: traceAnswer(traceId) };
    }
    const result = await runInvocation(account, { call, found, ...event, tail });
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
