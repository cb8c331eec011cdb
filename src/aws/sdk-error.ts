// What the SDK throws, as far as we look, and what it is turned into.

/** What the SDK's errors carry, as far as we look. */
export interface SdkError {
  readonly name: string;
  readonly message: string;
  readonly code: string | undefined;
  readonly status: number | undefined;
  /** Lambda's own word for a kind of throttling. */
  readonly reason: string | undefined;
  /** How often the SDK sent the request. */
  readonly attempts: number;
}

/** What an error turns into, before its context is added. */
export interface Explanation {
  readonly code: string;
  /** Follows "Could not …: ". */
  readonly why: string;
  readonly hint?: string | undefined;
}

/** Reads what the SDK has thrown. */
export function readSdkError(thrown: unknown): SdkError {
  const { name, message, code, Reason, $metadata } = (thrown ?? {}) as {
    name?: unknown;
    message?: unknown;
    code?: unknown;
    Reason?: unknown;
    $metadata?: { httpStatusCode?: number; attempts?: number };
  };
  return {
    name: typeof name === "string" ? name : "Error",
    message: typeof message === "string" ? message : String(thrown),
    code: typeof code === "string" ? code : undefined,
    status: $metadata?.httpStatusCode,
    reason: typeof Reason === "string" ? Reason : undefined,
    attempts: $metadata?.attempts ?? 1,
  };
}
