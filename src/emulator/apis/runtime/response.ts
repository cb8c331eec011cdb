// POST /runtime/invocation/{id}/response: what the function gives back, whole or chunk by chunk.
//
// Whether it is handed on as it comes is for the caller to say, not for the runtime's mode header: AWS's core (directinvoke.go) streams
// every response to a caller that streams, and holds a streamed one to the limit of buffered ones for a caller that does not.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendAccepted, sendRefusal } from "../answer.ts";
import type { RuntimeCalls } from "../calls.ts";
import { headerOf } from "../header.ts";
import { readBody } from "../read-body.ts";
import { normaliseErrorType, trailerOf } from "./headers.ts";
import { passOn } from "./pass-on.ts";

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
  const take = calls.stream();
  if (take) takeStream(calls, { request, response }, take);
  else takeWhole(calls, { request, response });
}

function takeWhole(calls: RuntimeCalls, { request, response }: Omit<Exchange, "requestId">): void {
  readBody(request, bufferedLimit, ({ body, bytes, truncated }) => {
    if (truncated) {
      calls.spoil("Runtime.TruncatedResponse", "The runtime cut its response off");
      return;
    }
    if (bytes > bufferedLimit) {
      refuseSize(calls, response, { limit: bufferedLimit, size: ` (${bytes} bytes)` });
      return;
    }
    // A function that failed in the middle of its response says so behind it.
    const failed = failureOf(request);
    const contentType = headerOf(request, "content-type");
    calls.respond({ body: failed?.body ?? body, contentType, errorType: recordedType(failed) });
    // The caller's answer, which is on its way now, leaves first: every write here wakes another process.
    setImmediate(() => sendAccepted(response));
  });
}

function takeStream(
  calls: RuntimeCalls,
  { request, response }: Omit<Exchange, "requestId">,
  take: (chunk: Buffer) => Promise<void> | undefined,
): void {
  passOn(request, { limit: streamedLimit, take }, (end) => {
    if (end === "truncated") {
      calls.spoil("Runtime.TruncatedResponse", "The runtime cut its response off");
    } else if (end === "too large") {
      // How large it would have become is not known yet.
      refuseSize(calls, response, { limit: streamedLimit, size: "" });
    } else {
      const failed = failureOf(request);
      const { errorType } = failed ?? {};
      const body = failed?.body ?? Buffer.from(failed ? JSON.stringify({ errorType }) : "");
      calls.respond({ body, contentType: headerOf(request, "content-type"), errorType: recordedType(failed) });
      sendAccepted(response);
    }
  });
}

interface SizeProblem {
  readonly limit: number;
  readonly size: string;
}

function refuseSize(calls: RuntimeCalls, response: ServerResponse, { limit, size }: SizeProblem): void {
  const exceeded = `exceeded maximum allowed payload size (${limit} bytes).`;
  calls.spoil("Function.ResponseSizeTooLarge", `Response payload size${size} ${exceeded}`);
  sendRefusal(response, {
    status: 413,
    errorType: "RequestEntityTooLarge",
    errorMessage: `Exceeded maximum allowed payload size (${limit} bytes).`,
  });
}

interface StreamFailure {
  /** As it was sent. */
  readonly errorType: string;
  readonly body?: Buffer;
}

/** The platform records no type of a function's own, in trailers no more than in headers. */
function recordedType(failed: StreamFailure | undefined): string | undefined {
  return failed && normaliseErrorType(failed.errorType);
}

/** What the trailers say of a failure in the middle; undefined where they say nothing. */
function failureOf(request: IncomingMessage): StreamFailure | undefined {
  const errorType = trailerOf(request, "lambda-runtime-function-error-type");
  const encoded = trailerOf(request, "lambda-runtime-function-error-body");
  if (errorType === undefined && encoded === undefined) return undefined;
  return {
    errorType: errorType ?? "Runtime.Unknown",
    ...(encoded !== undefined && { body: Buffer.from(encoded, "base64") }),
  };
}
