// Why the pool refuses an invocation.
import { type LambdaExtError, toolError } from "../../model/errors.ts";
import type { FunctionSnapshot } from "../execution.ts";

/** The endpoint takes nothing any more. */
export function endingError(): LambdaExtError {
  return toolError("The function was not run: the local endpoint is ending.", { code: "ServiceException" });
}

/** The function's own limit. */
export function reservedReached({ functionName, reservedConcurrency = 0 }: FunctionSnapshot): LambdaExtError {
  const reason =
    reservedConcurrency === 0
      ? "its reserved concurrency is 0, which forbids it to run"
      : `it runs ${reservedConcurrency === 1 ? "once" : `${reservedConcurrency} times`} already, which is its reserved concurrency`;
  return toolError(`${functionName} was not run: ${reason}.`, {
    code: "ReservedFunctionConcurrentInvocationLimitExceeded",
  });
}

/** Everybody's limit. */
export function everybodyBusy({ functionName }: FunctionSnapshot, environments: number): LambdaExtError {
  const all = environments === 1 ? "the one environment" : `all ${environments} environments`;
  return toolError(
    `${functionName} was not run: ${all} of the local endpoint ${environments === 1 ? "is" : "are"} busy.`,
    {
      code: "ConcurrentInvocationLimitExceeded",
      hint: "Allow more with `lambda-ext local start --environments N`.",
    },
  );
}
