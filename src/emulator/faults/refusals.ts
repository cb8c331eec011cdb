// How each service says that it is throttling, that it has failed, and that credentials have expired.
import { AwsError } from "../wire/aws-error.ts";
import type { Answer } from "../wire/protocol.ts";
import type { Fault } from "./fault.ts";

interface Word {
  readonly code: string;
  readonly status: number;
}

interface Words {
  readonly throttle: Word;
  readonly error: Word;
  readonly expired: Word;
}

/** From the services' models and documentation; Lambda's 429 alone has a reason. */
const json: Words = {
  throttle: { code: "ThrottlingException", status: 400 },
  error: { code: "InternalServerError", status: 500 },
  expired: { code: "ExpiredTokenException", status: 400 },
};
const query: Words = {
  throttle: { code: "Throttling", status: 400 },
  error: { code: "InternalFailure", status: 500 },
  expired: { code: "ExpiredToken", status: 403 },
};
const words: Readonly<Record<string, Words>> = {
  lambda: {
    throttle: { code: "TooManyRequestsException", status: 429 },
    error: { code: "ServiceException", status: 500 },
    expired: { code: "ExpiredTokenException", status: 403 },
  },
  account: {
    throttle: { code: "TooManyRequestsException", status: 429 },
    error: { code: "InternalServerException", status: 500 },
    expired: { code: "ExpiredTokenException", status: 403 },
  },
  ssm: json,
  logs: { ...json, error: { code: "ServiceUnavailableException", status: 500 } },
  secretsmanager: { ...json, error: { code: "InternalServiceError", status: 500 } },
  iam: { ...query, error: { code: "ServiceFailure", status: 500 } },
  sts: query,
  s3: {
    throttle: { code: "SlowDown", status: 503 },
    error: { code: "InternalError", status: 500 },
    expired: { code: "ExpiredToken", status: 400 },
  },
};

/** The refusal that a fault stands for, in the words of a service. */
export function refusalFor(
  fault: Fault & { readonly kind: "throttle" | "error" | "expired" },
  service: string,
): AwsError {
  const said = (Object.hasOwn(words, service) ? words[service] : undefined) ?? json;
  const { code, status } = { ...said[fault.kind], ...definedOf(fault) };
  const tail = "(A fault that was asked for.)";
  switch (fault.kind) {
    case "throttle": {
      const { retryAfter } = fault;
      const headers: Record<string, string> = retryAfter === undefined ? {} : { "retry-after": String(retryAfter) };
      const fields = service === "lambda" ? { Reason: "CallerRateLimitExceeded" } : {};
      return new AwsError(code, `Rate exceeded. ${tail}`, { status, fields, headers });
    }
    case "error":
      return new AwsError(code, `The service could not carry out the call. ${tail}`, { status });
    case "expired":
      return new AwsError(code, `The security token included in the request is expired. ${tail}`, {
        status,
        style: "bare",
      });
  }
}

function definedOf({ code, status }: Fault): Partial<Word> {
  return { ...(code !== undefined && { code }), ...(status !== undefined && { status }) };
}

/** The page of a proxy that cannot reach AWS. */
export function proxyPage({ status = 502 }: Fault): Answer {
  const title = `${status} Bad Gateway`;
  const body = `<html><head><title>${title}</title></head><body><h1>${title}</h1><p>A fault that was asked for.</p></body></html>\n`;
  return { status, headers: { "content-type": "text/html" }, body };
}
