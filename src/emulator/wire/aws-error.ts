// An error as AWS answers it, before it takes the shape of a protocol.

interface AwsErrorDetails {
  readonly status?: number;
  /** Further members of the body, such as `Reason` for throttling. */
  readonly fields?: Readonly<Record<string, unknown>>;
  /** Further headers of the answer, by lower-case name. */
  readonly headers?: Readonly<Record<string, string>>;
  /** `Type` and the message's key in Lambda's bodies: recorded answers differ by error. */
  readonly style?: "user" | "user-capital" | "bare";
  readonly cause?: unknown;
}

/** What an operation throws where AWS would refuse. Not meant for people: the gateway turns it into an answer. */
export class AwsError extends Error {
  readonly code: string;
  readonly status: number;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly style: "user" | "user-capital" | "bare";

  constructor(code: string, message: string, details: AwsErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "AwsError";
    this.code = code;
    this.status = details.status ?? 400;
    this.fields = details.fields ?? {};
    this.headers = details.headers ?? {};
    this.style = details.style ?? "user";
  }
}

/** One violation or more of a service model's constraints, as AWS words them. */
export function validationError(violations: readonly string[], code = "ValidationException"): AwsError {
  const count = violations.length === 1 ? "1 validation error" : `${violations.length} validation errors`;
  return new AwsError(code, `${count} detected: ${violations.join("; ")}`, { style: "bare" });
}

/** The caller may not do this, or is nobody whom the endpoint knows. */
export function forbidden(code: string, message: string): AwsError {
  return new AwsError(code, message, { status: 403, style: "bare" });
}
