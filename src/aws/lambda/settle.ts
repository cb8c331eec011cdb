// Waits until a function is at rest: created, and its last update carried out.
import { remoteError } from "../../model/errors.ts";
import type { Connection } from "../connection.ts";
import type { LambdaFunction } from "./function.ts";
import { getFunction } from "./functions.ts";

/** As long as AWS's own waiters do: 300 looks, a second apart (service model). */
const patienceMilliseconds = 300_000;

/** The first look is at once; a new role or a large layer takes seconds. */
const pauses = [0, 25, 50, 100, 200, 400, 700] as const;
const longestPauseMilliseconds = 1000;

/**
 * Waits while a function is Pending or an update is InProgress. `now` is what the last call said of it: where that is at rest, nothing
 * is asked.
 * @throws LambdaExtError where it takes longer than five minutes.
 */
export async function restFunction(connection: Connection, now: LambdaFunction): Promise<LambdaFunction> {
  const { pace, signal } = connection;
  const deadline = pace.now() + patienceMilliseconds;
  let current = now;
  for (let look = 0; isMoving(current); look++) {
    if (pace.now() >= deadline) throw tooSlow(current);
    const pause = pauses[look] ?? longestPauseMilliseconds;
    if (pause > 0) await pace.pause(pause, signal);
    current = await getFunction(connection, current);
  }
  return current;
}

/**
 * The same after a change of ours.
 * @throws LambdaExtError where the change failed, too.
 */
export async function settleFunction(connection: Connection, now: LambdaFunction): Promise<LambdaFunction> {
  const current = await restFunction(connection, now);
  if (current.state === "Failed") throw failed(current, "is Failed", current.stateReason);
  if (current.lastUpdateStatus === "Failed") throw failed(current, "was not updated", current.lastUpdateStatusReason);
  return current;
}

/** Whether Lambda is still at work on it and would refuse another change. */
function isMoving({ state, lastUpdateStatus }: LambdaFunction): boolean {
  return state === "Pending" || lastUpdateStatus === "InProgress";
}

function failed({ name, region }: LambdaFunction, what: string, reason: string | undefined): Error {
  return remoteError(`Function ${name} in ${region} ${what}: ${reason ?? "AWS gives no reason"}`, {
    code: "FunctionFailed",
    hint: `lambda-ext get-function ${name} --region ${region} shows what it is now.`,
  });
}

function tooSlow({ name, region, state, lastUpdateStatus }: LambdaFunction): Error {
  return remoteError(
    `Function ${name} in ${region} is still ${state === "Pending" ? state : lastUpdateStatus} after five minutes.`,
    { code: "FunctionNotReady", hint: `lambda-ext get-function ${name} --region ${region} shows when it is done.` },
  );
}
