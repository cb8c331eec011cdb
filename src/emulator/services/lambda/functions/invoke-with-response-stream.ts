// InvokeWithResponseStream: runs the function and hands its response on chunk by chunk.
//
// Chosen where AWS's documentation is silent: a function that fails before its first byte gives no PayloadChunk, and ErrorCode is the error's
// own type (`Unhandled` where it has none), with the whole error body as ErrorDetails.
import type { Answer } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { functionResource } from "../find-function.ts";
import { readEvent, readWish, runInvocation } from "./invocation.ts";
import { traceAnswer } from "./trace-id.ts";

export const invokeWithResponseStream: RestOperation = {
  name: "InvokeWithResponseStream",
  route: "POST /2021-11-15/functions/{FunctionName}/response-streaming-invocations",
  action: "lambda:InvokeFunction",
  resources: functionResource,
  async handle(account, call) {
    const { type, tail, found } = readWish(account, call, ["RequestResponse", "DryRun"]);
    const version = { "x-amz-executed-version": found.content.version };
    if (type === "DryRun") return { status: 204, headers: version };
    const event = readEvent(call, type);
    // The framing is loaded when somebody wants it.
    const { ResponseFrames } = await import("./response-frames.ts");
    const frames = new ResponseFrames();
    const headers = { "content-type": "application/vnd.amazon.eventstream", ...version, ...traceAnswer(event.traceId) };
    const answer = { status: 200, headers, body: frames.stream };
    return await new Promise<Answer>((resolve, reject) => {
      const receiver = { begin: () => resolve(answer), write: (chunk: Buffer) => frames.write(chunk) };
      runInvocation(account, { call, found, ...event, tail, receiver }).then(
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
