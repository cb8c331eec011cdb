// What the caller of a function is told where it could not be run at all.
import type { LambdaExtError } from "../../../../model/errors.ts";
import { AwsError } from "../../../wire/aws-error.ts";

/** The statuses of the errors of Invoke, from botocore 1.44.5's service model. */
const statuses: Readonly<Record<string, number>> = {
  TooManyRequestsException: 429,
  InvalidRuntimeException: 502,
  InvalidZipFileException: 502,
  ResourceNotReadyException: 502,
  ResourceConflictException: 409,
  ResourceNotFoundException: 404,
  InvalidParameterValueException: 400,
  ServiceException: 500,
};

/** The executor's names for a limit on concurrency, which AWS gives as the reason of one and the same refusal. */
const throttleReasons: ReadonlySet<string> = new Set([
  "ConcurrentInvocationLimitExceeded",
  "ReservedFunctionConcurrentInvocationLimitExceeded",
]);

/** Seconds; the AWS SDKs wait that long before they try again. */
const retryAfter = "1";

/**
 * What a person should know of a refusal that says no more than "Rate Exceeded.": that this machine's own limit was met, and how to raise it.
 * Undefined for every other error; a function's reserved concurrency was that person's own wish.
 */
export function machineLimit({ code, message, hint }: LambdaExtError): string | undefined {
  return code === "ConcurrentInvocationLimitExceeded" ? [message, hint].join(" ").trim() : undefined;
}

/** An error of the execution side as AWS would answer it: its code where AWS has one of that name, else ServiceException. */
export function executionError(error: LambdaExtError): AwsError {
  if (throttleReasons.has(error.code)) return throttled(error);
  const text = error.hint ? `${error.message} ${error.hint}` : error.message;
  const known = Object.hasOwn(statuses, error.code);
  const code = known ? error.code : "ServiceException";
  return new AwsError(code, text, { status: statuses[code] ?? 500, cause: error });
}

/** AWS's words, recorded; what they mean on this machine is the executor's to tell the person. */
function throttled(cause: LambdaExtError): AwsError {
  return new AwsError("TooManyRequestsException", "Rate Exceeded.", {
    status: 429,
    fields: { Reason: cause.code },
    headers: { "retry-after": retryAfter },
    cause,
  });
}
