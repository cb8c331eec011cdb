// Time as the rooms that wait see it, so that a test can make two minutes pass at once.
import { setTimeout as sleep } from "node:timers/promises";

/** A clock and a way to wait. */
export interface Pace {
  /** Milliseconds since some fixed moment. */
  now(): number;
  /** Waits; rejects as soon as the signal aborts. */
  pause(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own time. */
export const realPace: Pace = {
  now: () => performance.now(),
  pause: async (milliseconds, signal) => {
    await sleep(milliseconds, undefined, { signal });
  },
};
