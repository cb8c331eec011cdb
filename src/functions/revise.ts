// Changes a function that others may be changing too: read, plan, write with the revision that was read, and over again after a race.
import type { Connection } from "../aws/connection.ts";
import { isRefusal } from "../aws/errors.ts";
import type { LambdaFunction } from "../aws/lambda/function.ts";
import { getFunction } from "../aws/lambda/functions.ts";
import { restFunction, settleFunction } from "../aws/lambda/settle.ts";

const attempts = 8;
const firstPauseMilliseconds = 100;
const longestPauseMilliseconds = 3000;

/** A function before and after; both are the same where there was nothing to do. */
export interface Revision {
  readonly before: LambdaFunction;
  readonly after: LambdaFunction;
}

/**
 * Changes a function, of which `first` was read just now, by `write`, which looks at what is there and gives undefined where nothing is to be done. A change of somebody
 * else's in between (409 while an update runs, 412 for an old revision) is waited for, and looked at afresh.
 * @throws LambdaExtError what AWS said last, after eight attempts.
 */
export async function reviseFunction(
  connection: Connection,
  first: LambdaFunction,
  write: (current: LambdaFunction) => Promise<LambdaFunction> | undefined,
): Promise<Revision> {
  const { pace, signal } = connection;
  let current = first;
  let before: LambdaFunction | undefined;
  for (let attempt = 1; ; attempt++) {
    current = await restFunction(connection, current);
    before ??= current;
    try {
      const writing = write(current);
      if (!writing) return { before, after: current };
      return { before, after: await settleFunction(connection, await writing) };
    } catch (error) {
      if (attempt === attempts || !isRefusal(error, "ResourceConflictException", "PreconditionFailedException"))
        throw error;
    }
    await pace.pause(Math.min(firstPauseMilliseconds * 2 ** (attempt - 1), longestPauseMilliseconds), signal);
    current = await getFunction(connection, current);
  }
}
