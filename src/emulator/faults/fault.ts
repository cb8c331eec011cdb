// A bad day, as a value: which calls it hits, and what becomes of them.

/** What can become of a call. */
export const faultKinds = [
  "down",
  "throttle",
  "error",
  "proxy",
  "reset",
  "lost-answer",
  "cut-answer",
  "expired",
  "slow",
] as const;

/**
 * `down`: the connection is closed at once, and nothing is done. `throttle`, `error`, `expired`: the service's own refusal. `proxy`: an
 * HTML page in place of an answer. `reset`: the connection breaks in the middle of the request. `lost-answer`, `cut-answer`: the work is
 * done, then the connection breaks before the answer, or in its middle. `slow`: the work is done, and the answer comes after `latency`.
 */
export type FaultKind = (typeof faultKinds)[number];

/** Whose calls a fault may hit. */
export const callers = ["user", "environments", "all"] as const;

/** One fault. What is left out of the first four means every one, but for `from`: the user's own calls. A star stands for any letters. */
export interface Fault {
  readonly region?: string | undefined;
  /** As in signatures: `lambda`. */
  readonly service?: string | undefined;
  /** AWS's name of the operation. */
  readonly op?: string | undefined;
  readonly from?: (typeof callers)[number] | undefined;
  /** Without one, calls are only late. */
  readonly kind?: FaultKind | undefined;
  /** Milliseconds before a call is worked on; with `slow`, before its answer: 360,000 there unless said otherwise. */
  readonly latency?: number | undefined;
  /** So many matching calls; all without. */
  readonly count?: number | undefined;
  /** Begins after so many matching calls. */
  readonly after?: number | undefined;
  /** Of an `error`, a `throttle` or a `proxy`'s page. */
  readonly status?: number | undefined;
  /** AWS's name of an `error`, or of a `throttle`. */
  readonly code?: string | undefined;
  /** Seconds, of a `throttle`. */
  readonly retryAfter?: number | undefined;
  /** Whether what an `error` or a `proxy` hits has been done all the same; `none` unless said otherwise. */
  readonly work?: "none" | "done" | undefined;
}
