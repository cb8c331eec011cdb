// Explains AWS's refusals: which of them mean something else than they say, and what to do about each.

import { isOptIn } from "../model/opt-in.ts";
import { endpointName, type Target } from "../model/target.ts";
import type { Explanation, SdkError } from "./sdk-error.ts";

interface Surroundings {
  readonly region: string;
  readonly whenDenied?: string | undefined;
  readonly target: Target;
}

const unknownCredentials = new Set([
  "UnrecognizedClientException",
  "InvalidClientTokenId",
  "InvalidAccessKeyId",
  "AuthFailure",
]);
const expired = new Set(["ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"]);
const skewed = new Set(["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"]);
const throttled = new Set([
  "TooManyRequestsException",
  "ThrottlingException",
  "Throttling",
  "ThrottledException",
  "SlowDown",
  "RequestLimitExceeded",
  "RequestThrottled",
]);
const denied = new Set(["AccessDeniedException", "AccessDenied", "UnauthorizedOperation", "NotAuthorized"]);

/** Hints for refusals whose own words don't say what to do. */
const hints: Readonly<Record<string, string>> = {
  CodeStorageExceededException:
    "The region's 75 GB for code are full, and every layer version counts: delete old versions, or ask for a higher quota.",
  RequestEntityTooLargeException: "A zip sent directly is at most 50 MB, a whole request about 70 MB.",
  RequestTooLargeException: "A payload is at most 6 MB.",
  InvalidRequestContentException: "The payload must be JSON; text needs its quotes: --payload '\"text\"'.",
  ResourceConflictException: "Something else is changing it. Wait a moment and run the command again.",
  PreconditionFailedException: "Something else has changed it meanwhile. Run the command again.",
  // 502, and for ever.
  InvalidRuntimeException:
    "Waiting won't help: the function needs another runtime or architecture, or this machine what it lacks.",
  InvalidZipFileException:
    "Look at the zip: lambda-ext check FILE. Make it again, and give it with update-function or publish.",
  ResourceNotFoundException: "Is the name right, and the region? --region takes another one.",
  UnsupportedMediaTypeException: "The payload must be JSON.",
};

const controlPlaneHint =
  "An account has 15 control-plane calls a second in each region. Wait a moment and run the command again.";

/** By the reason that Lambda gives. */
const throttleHints: Readonly<Record<string, string>> = {
  ReservedFunctionConcurrentInvocationLimitExceeded:
    "As many of the function's invocations run already as are reserved for it (none may run where that is 0): wait for one to end, or reserve more with `aws lambda put-function-concurrency`.",
  ConcurrentInvocationLimitExceeded:
    "All environments are busy: wait for one, or ask for a higher quota; with --local, allow more with `lambda-ext local start --environments N`.",
};

/** Explains a refusal; one that we know nothing about keeps AWS's words. */
export function refusal(error: SdkError, surroundings: Surroundings): Explanation {
  const { name, status } = error;
  const said = sentence(error.message);
  if (name === "CredentialsProviderError" || name === "TokenProviderError")
    return missingCredentials(error, surroundings);
  if (unknownCredentials.has(name)) return unknownHere(said, surroundings);
  if (expired.has(name)) {
    return { code: "ExpiredCredentials", why: "the credentials have expired.", hint: renew(surroundings.target) };
  }
  if (skewed.has(name) || /signature (has )?expired|not yet current/i.test(error.message)) {
    return {
      code: "ClockSkew",
      why: said,
      hint: "Is this machine's clock right? AWS accepts five minutes of difference.",
    };
  }
  if (name === "InvalidSignatureException" || name === "SignatureDoesNotMatch") {
    return {
      code: "InvalidCredentials",
      why: said,
      hint: "The secret access key does not belong to the access key id.",
    };
  }
  if (denied.has(name)) return { code: "AccessDenied", why: said, hint: permissionHint(error.message, surroundings) };
  if (throttled.has(name) || status === 429) {
    const hint = throttleHints[error.reason ?? ""] ?? controlPlaneHint;
    return { code: "Throttled", why: `AWS is throttling: ${said}`, hint };
  }
  if (name === "LocalMachineRefused") return { code: name, why: said, hint: "Mend that, and run it again." };
  if (status !== undefined && status >= 500) {
    return {
      code: "ServiceError",
      why: `${said.replace(/\.$/, "")} (${name}, HTTP ${status}).`,
      hint: hints[name] ?? "Run it again in a while.",
    };
  }
  return { code: name, why: `${said.replace(/\.$/, "")} (${name}).`, hint: hints[name] };
}

function missingCredentials({ message }: SdkError, { target }: Surroundings): Explanation {
  const why = target.profile ? `no credentials in profile ${target.profile}` : "no credentials were found";
  // The SDK's general sentence says nothing; what a single provider says (an SSO session that has ended) does.
  const detail = message.startsWith("Could not load credentials from any providers") ? "" : `: ${sentence(message)}`;
  if (/sso|token/i.test(message)) return { code: "ExpiredCredentials", why: `${why}${detail}`, hint: renew(target) };
  return {
    code: "NoCredentials",
    why: detail === "" ? `${why}.` : `${why}${detail}`,
    hint: "Set AWS_PROFILE or --profile, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Without an AWS account: --local.",
  };
}

/** A region that is not switched on answers as if the credentials were wrong. */
function unknownHere(said: string, { region, target }: Surroundings): Explanation {
  if (target.endpoint === undefined && isOptIn(region)) {
    return {
      code: "RegionNotEnabled",
      why: `${region} is probably not enabled for this account: it does not know the credentials.`,
      hint: `Enable ${region} in the account's settings, or leave it out with --regions.`,
    };
  }
  return {
    code: "InvalidCredentials",
    why: said,
    hint: `The credentials are not known ${target.endpoint === undefined ? "to AWS" : `at ${endpointName(target.endpoint)}`}: wrong, deleted, or of another partition.`,
  };
}

function renew({ profile }: Target): string {
  return `Get new ones: aws sso login${profile ? ` --profile ${profile}` : ""}, or whatever your organisation uses.`;
}

function permissionHint(message: string, { whenDenied = "" }: Surroundings): string {
  const action = /not authorized to perform:? ([\w-]+:\w+)/.exec(message)?.[1];
  if (/explicit deny/.test(message))
    return "A policy denies it explicitly: no further permission will help, that policy has to change.";
  const lacks = action ? `The caller needs the permission ${action}.` : "The caller lacks a permission.";
  return `${lacks} ${whenDenied}`.trimEnd();
}

function sentence(text: string): string {
  const words = text.trim().replace(/\s*\n\s*/g, " ");
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
