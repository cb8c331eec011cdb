// Chance that can be repeated: the same seed gives the same days.

/** Numbers that a seed decides. */
export interface Dice {
  /** From 0 up to, but not including, 1. */
  roll(): number;
  /** A whole number from `least` to `most`. */
  between(least: number, most: number): number;
  /** Whether something that happens so often happens. */
  chance(share: number): boolean;
  pick<Thing>(things: readonly Thing[]): Thing;
  /** So many different ones. */
  some<Thing>(things: readonly Thing[], count: number): Thing[];
}

/** Makes them (mulberry32: small, and good enough to choose days with). */
export function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  const roll = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1));
  const pick = <Thing>(things: readonly Thing[]) => {
    const thing = things[between(0, things.length - 1)];
    if (thing === undefined) throw new Error("nothing to pick from");
    return thing;
  };
  return {
    roll,
    between,
    chance: (share) => roll() < share,
    pick,
    some<Thing>(things: readonly Thing[], count: number) {
      const left = [...things];
      return Array.from({ length: Math.min(count, left.length) }, () => {
        const thing = pick(left);
        left.splice(left.indexOf(thing), 1);
        return thing;
      });
    },
  };
}

/** The seeds of a run: LAMBDA_EXT_TEST_SEED for one of them, LAMBDA_EXT_TEST_SEEDS for so many, `usual` without. */
export function seedsOf(env: NodeJS.ProcessEnv, usual: number): readonly number[] {
  if (env.LAMBDA_EXT_TEST_SEED) return [Number(env.LAMBDA_EXT_TEST_SEED)];
  const count = Number(env.LAMBDA_EXT_TEST_SEEDS || usual);
  return Array.from({ length: count }, (_, index) => index + 1);
}

/** Runs a check for each seed, a few at a time; a failure names its seed. */
export async function forSeeds(
  seeds: readonly number[],
  { atATime, check }: { readonly atATime: number; readonly check: (seed: number) => Promise<void> },
): Promise<void> {
  const waiting = [...seeds];
  const failures: Error[] = [];
  const work = async () => {
    for (let seed = waiting.shift(); seed !== undefined && failures.length < 3; seed = waiting.shift()) {
      await check(seed).catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        failures.push(new Error(`seed ${seed} (again: LAMBDA_EXT_TEST_SEED=${seed}): ${reason}`, { cause }));
      });
    }
  };
  await Promise.all(Array.from({ length: atATime }, work));
  if (failures.length > 0) throw new Error(failures.map(({ message }) => message).join("\n\n"), { cause: failures[0] });
}
