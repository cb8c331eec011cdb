// POST /runtime/invocation/{id}/error and /runtime/init/error: what went wrong in the function.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendAccepted, sendRefusal } from "../answer.ts";
import type { Posted, RuntimeCalls } from "../calls.ts";
import { headerOf } from "../header.ts";
import { readBody } from "../read-body.ts";
import { normaliseErrorType, trailerOf } from "./headers.ts";

const errorLimit = 6_291_556;
const causeType = "application/vnd.aws.lambda.error.cause+json";

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** Takes an invocation's error. */
export function runtimeError(calls: RuntimeCalls, exchange: Exchange & { readonly requestId: string }): void {
  const { request, response, requestId } = exchange;
  const refusal = calls.begin(requestId, "error");
  if (refusal) {
    request.resume();
    sendRefusal(response, refusal);
    return;
  }
  readBody(request, errorLimit, ({ body, truncated }) => {
    if (truncated) {
      calls.spoil("Runtime.TruncatedResponse", "The runtime cut its error off");
      return;
    }
    calls.failInvocation(posted(request, body));
    sendAccepted(response);
  });
}

/** Takes the error with which the runtime's own start ends. */
export function runtimeInitError(calls: RuntimeCalls, { request, response }: Exchange): void {
  readBody(request, errorLimit, ({ body }) => {
    const refusal = calls.initError(posted(request, body));
    if (refusal) sendRefusal(response, refusal);
    else sendAccepted(response);
  });
}

function posted(request: IncomingMessage, body: Buffer): Posted {
  const contentType = headerOf(request, "content-type");
  const errorType =
    headerOf(request, "lambda-runtime-function-error-type") ?? trailerOf(request, "lambda-runtime-function-error-type");
  return {
    body: contentType === causeType ? withoutCause(body) : body,
    contentType,
    errorType: normaliseErrorType(errorType),
  };
}

/** This form carries X-Ray's cause beside the error; the caller gets the error alone. */
function withoutCause(body: Buffer): Buffer {
  try {
    const { errorMessage, errorType, stackTrace } = JSON.parse(body.toString("utf8"));
    return Buffer.from(JSON.stringify({ errorMessage, errorType, stackTrace }));
  } catch {
    return Buffer.from(JSON.stringify("Invalid error body"));
  }
}
