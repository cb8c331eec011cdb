// A limit on how long one region may take, so that a region that hangs does not hold up a release.
import { setMaxListeners } from "node:events";
import type { Connection } from "../../aws/connection.ts";
import { remoteError } from "../../model/errors.ts";

/** Time limits of regions: each one's begins with its first call. */
export interface Deadlines {
  /**
   * Makes calls to a region within its limit.
   * @throws LambdaExtError `RegionTimeout` where that is over.
   */
  within<Result>(
    region: string,
    connection: Connection,
    work: (limited: Connection) => Promise<Result>,
  ): Promise<Result>;
  /** Stops the clocks. */
  clear(): void;
}

/** Node's timers know no longer time, and end at once when they are given one. */
const longestMilliseconds = 2 ** 31 - 1;

/** Limits of so many milliseconds; none at all without a number. */
export function createDeadlines(milliseconds: number | undefined): Deadlines {
  const regions = new Map<string, { readonly signal: AbortSignal; readonly timer: NodeJS.Timeout }>();
  const begin = (region: string, limit: number) => {
    const controller = new AbortController();
    const timer = setTimeout(() => controller.abort(), Math.min(limit, longestMilliseconds)).unref();
    const begun = { signal: controller.signal, timer };
    regions.set(region, begun);
    return begun;
  };
  return {
    async within(region, connection, work) {
      if (milliseconds === undefined) return await work(connection);
      const { signal } = regions.get(region) ?? begin(region, milliseconds);
      try {
        const either = AbortSignal.any([connection.signal, signal]);
        // Every request of this work listens to it, and Node would warn of a leak at the eleventh.
        setMaxListeners(0, either);
        return await work({ ...connection, signal: either });
      } catch (error) {
        if (!signal.aborted || connection.signal.aborted) throw error;
        throw remoteError(`${region} was given up: it was not done within ${milliseconds / 1000} s.`, {
          code: "RegionTimeout",
          hint: "Run the same command again: it looks first at what has been done there. --region-timeout gives it longer.",
          cause: error,
        });
      }
    },
    clear() {
      for (const { timer } of regions.values()) clearTimeout(timer);
    },
  };
}
