// How the APIs say no: AWS's status, type and text.

/** What a call is answered where it is wrong. */
export interface Refusal {
  readonly status: number;
  readonly errorType: string;
  readonly errorMessage: string;
}

/** 403, which is what AWS's core gives for almost everything. */
export function forbidden(errorType: string, errorMessage: string): Refusal {
  return { status: 403, errorType, errorMessage };
}

/** A call that the caller's state does not allow. */
export function invalidTransition(who: "runtime" | { readonly extension: string }, from: string, to: string): Refusal {
  const isRuntime = who === "runtime";
  const subject = isRuntime ? "runtime" : `extension ${who.extension}`;
  return forbidden(
    isRuntime ? "InvalidStateTransition" : "Extension.InvalidExtensionState",
    `State transition from ${from} to ${to} failed for ${subject}. Error: State transition is not allowed`,
  );
}
