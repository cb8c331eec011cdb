// What attaching or detaching did to each function.
import { LambdaExtError } from "../../model/errors.ts";
import type { VariableChange } from "./plan.ts";

/** What became of one function. */
export interface AttachOutcome {
  readonly function: string;
  readonly region: string;
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly variables: readonly VariableChange[];
  /** `planned` under --dry-run. */
  readonly result: "attached" | "detached" | "planned" | "unchanged" | "failed";
  readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
}

/** An error of ours as the outcome of one function; anything else, and Ctrl-C, goes on. */
export function failedOutcome(
  address: { readonly name: string; readonly region: string },
  error: unknown,
): AttachOutcome {
  if (!(error instanceof LambdaExtError) || error.kind === "interrupted") throw error;
  const { code, message, hint = "" } = error;
  return {
    function: address.name,
    region: address.region,
    before: [],
    after: [],
    variables: [],
    result: "failed",
    error: { code, message, hint },
  };
}
