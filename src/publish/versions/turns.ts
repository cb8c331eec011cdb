// Calls in their turn: so many at a time over all regions, and fewer to each.
import pLimit, { type LimitFunction } from "p-limit";

/** Reads are small: as many at a time hide the way to the farthest regions. */
const atATime = 32;

/** An account has 15 control-plane calls a second in each region, which is more than enough for these to be refused. */
const atATimeInARegion = 6;

/** Makes a call when it is its turn. */
export type Turns = <Result>(region: string, call: () => Promise<Result>) => Promise<Result>;

/** Turns for one piece of work; what waits for its turn must not itself hold one. */
export function createTurns(): Turns {
  const all = pLimit(atATime);
  const regions = new Map<string, LimitFunction>();
  return (region, call) => {
    const here = regions.get(region) ?? pLimit(atATimeInARegion);
    regions.set(region, here);
    return here(() => all(call));
  };
}
