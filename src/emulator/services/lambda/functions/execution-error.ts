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

/** An error of the execution side as AWS would answer it: its code where AWS has one of that name, else ServiceException. */
export function executionError(error: LambdaExtError): AwsError {
  const text = error.hint ? `${error.message} ${error.hint}` : error.message;
  const known = Object.hasOwn(statuses, error.code);
  const code = known ? error.code : "ServiceException";
  return new AwsError(code, text, { status: statuses[code] ?? 500, cause: error });
}
