// Calls in their turn: so many at a time to each region. A region that hangs holds up no other.
import pLimit, { type LimitFunction } from "p-limit";

/** An account has 15 control-plane calls a second in each region, which is more than enough for these to be refused. */
const atATime = 6;

/** Makes a call when it is its turn. */
export type Turns = <Result>(region: string, call: () => Promise<Result>) => Promise<Result>;

/** Turns for one piece of work; what waits for its turn must not itself hold one. */
export function createTurns(): Turns {
  const regions = new Map<string, LimitFunction>();
  return (region, call) => {
    const turn = regions.get(region) ?? pLimit(atATime);
    regions.set(region, turn);
    return turn(call);
  };
}
