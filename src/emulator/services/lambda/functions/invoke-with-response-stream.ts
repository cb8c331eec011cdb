// InvokeWithResponseStream: runs the function and hands its response on chunk by chunk.
//
// Chosen where AWS's documentation is silent: a function that fails before its first byte gives no PayloadChunk, and ErrorCode is the error's
// own type (`Unhandled` where it has none), with the whole error body as ErrorDetails.
import { Constraints } from "../../../wire/constraints.ts";
import type { Answer } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { functionResource } from "../find-function.ts";
import { findInvoked, header, readClientContext, readPayload, runInvocation } from "./invocation.ts";
import { traceAnswer, traceIdOf } from "./trace-id.ts";

export const invokeWithResponseStream: RestOperation = {
  name: "InvokeWithResponseStream",
  route: "POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations",
  action: "lambda:InvokeFunction",
  resources: functionResource,
  async handle(account, call) {
    const type = header(call, "x-amz-invocation-type") ?? "RequestResponse";
    const logType = header(call, "x-amz-log-type") ?? "None";
    new Constraints()
      .oneOf(type, "invocationType", ["RequestResponse", "DryRun"])
      .oneOf(logType, "logType", ["None", "Tail"])
      .done();
    const found = findInvoked(account, call);
    const version = { "x-amz-executed-version": found.content.version };
    if (type === "DryRun") return { status: 204, headers: version };
    const payload = readPayload(call.body, type);
    const clientContext = readClientContext(header(call, "x-amz-client-context"));
    const traceId = traceIdOf(call);
    const tail = logType === "Tail";
    // The framing is loaded when somebody wants it.
    const { ResponseFrames } = await import("./response-frames.ts");
    const frames = new ResponseFrames();
    const headers = { "content-type": "application/vnd.amazon.eventstream", ...version, ...traceAnswer(traceId) };
    const answer = { status: 200, headers, body: frames.stream };
    return await new Promise<Answer>((resolve, reject) => {
      const receiver = { begin: () => resolve(answer), write: (chunk: Buffer) => frames.write(chunk) };
      runInvocation(account, { call, found, payload, clientContext, traceId, tail, receiver }).then(
        (result) => {
          resolve(answer);
          frames.complete(result, tail);
        },
        (error: unknown) => {
          // Heard only where the answer has not begun; otherwise the stream says it.
          reject(error);
          frames.breakOff(error);
        },
      );
    });
  },
};
