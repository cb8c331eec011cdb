// What can go wrong, told apart by whose move is next: the user's, the tool's, the remote side's, or nobody's (an interruption).

/**
 * - `usage`: a wrong flag, file or configuration (exit status 2).
 * - `tool`: a program that we ran, or this machine, said no (1).
 * - `remote`: AWS or the local endpoint said no (1).
 * - `interrupted`: Ctrl-C (130).
 */
export type ErrorKind = "usage" | "tool" | "remote" | "interrupted";

/** What an error says besides its message. */
export interface ErrorDetails {
  /** Stable, upper camel case: scripts may rely on it. */
  readonly code: string;
  /** What to do next, a sentence or two. */
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

/**
 * An error that is meant for a person: its message says what was being done, to what, and what went wrong. Anything else that is
 * thrown is a bug of ours and is reported as one.
 */
export class LambdaExtError extends Error {
  readonly kind: ErrorKind;
  readonly code: string;
  readonly hint: string | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "LambdaExtError";
    this.kind = kind;
    this.code = details.code;
    this.hint = details.hint;
  }
}

/** A wrong flag, file or configuration. */
export function usageError(message: string, details: ErrorDetails): LambdaExtError {
  return new LambdaExtError("usage", message, details);
}

/** A program that we ran, or this machine, refused. */
export function toolError(message: string, details: ErrorDetails): LambdaExtError {
  return new LambdaExtError("tool", message, details);
}

/** The remote side refused. */
export function remoteError(message: string, details: ErrorDetails): LambdaExtError {
  return new LambdaExtError("remote", message, details);
}

/** Ctrl-C, or a signal that ends us; the cause is whatever broke because of it. */
export function interruptedError(cause?: unknown): LambdaExtError {
  return new LambdaExtError("interrupted", "Interrupted.", {
    code: "Interrupted",
    hint: "The same command can be run again: nothing was left half-written.",
    cause,
  });
}
