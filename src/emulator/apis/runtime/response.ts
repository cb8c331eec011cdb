// POST /runtime/invocation/{id}/response: what the function gives back. A streamed response is accepted and handed on as a whole.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendAccepted, sendRefusal } from "../answer.ts";
import type { RuntimeCalls } from "../calls.ts";
import { readBody } from "../read-body.ts";
import { headerOf, trailerOf } from "./headers.ts";

/** 6 MiB and 100 bytes: AWS's limit for a buffered response. */
const bufferedLimit = 6_291_556;
/** 200 MB since July 2025. */
const streamedLimit = 209_715_200;

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
}

/** Takes the response. */
export function runtimeResponse(calls: RuntimeCalls, { request, response, requestId }: Exchange): void {
  const refusal = calls.begin(requestId, "response");
  if (refusal) {
    request.resume();
    sendRefusal(response, refusal);
    return;
  }
  const mode = headerOf(request, "lambda-runtime-function-response-mode");
  if (mode && mode !== "streaming") {
    request.resume();
    calls.spoil("Runtime.InvalidResponseModeHeader", "Invalid function response mode");
    sendRefusal(response, {
      status: 400,
      errorType: "InvalidFunctionResponseMode",
      errorMessage: "Invalid function response mode",
    });
    return;
  }
  const limit = mode ? streamedLimit : bufferedLimit;
  readBody(request, limit, ({ body, bytes, truncated }) => {
    if (truncated) {
      calls.spoil("Runtime.TruncatedResponse", "The runtime cut its response off");
      return;
    }
    if (bytes > limit) {
      const exceeded = `exceeded maximum allowed payload size (${limit} bytes).`;
      calls.spoil("Function.ResponseSizeTooLarge", `Response payload size (${bytes} bytes) ${exceeded}`);
      sendRefusal(response, {
        status: 413,
        errorType: "RequestEntityTooLarge",
        errorMessage: `Exceeded maximum allowed payload size (${limit} bytes).`,
      });
      return;
    }
    // A function that failed in the middle of its response says so behind it.
    const errorBody = trailerOf(request, "lambda-runtime-function-error-body");
    calls.respond({
      body: errorBody === undefined ? body : Buffer.from(errorBody, "base64"),
      contentType: headerOf(request, "content-type"),
      errorType: trailerOf(request, "lambda-runtime-function-error-type"),
    });
    sendAccepted(response);
  });
}
