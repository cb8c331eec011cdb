// Looks at what is there, with a word on how far that is.
import type { Ledger } from "../../publish/ledger.ts";
import type { Sighting } from "../../publish/plan/sighting.ts";
import type { WantedLayer } from "../../publish/wish.ts";
import type { CommandContext } from "../command.ts";
import type { PublishJob } from "./job.ts";

/** Layers, and what was seen of each. */
export interface Look {
  readonly wanted: readonly WantedLayer[];
  readonly sightings: readonly Sighting[];
}

interface LookOptions {
  readonly ledger: Ledger;
  /** Looks at the versions of this number instead of the newest ones. */
  readonly version?: number | undefined;
}

/** Looks at every wanted layer; regions that nobody has named and that turn out not to be enabled are left out, and said to be. */
export async function lookAround(
  { progress }: CommandContext,
  job: PublishJob,
  { ledger, version }: LookOptions,
): Promise<Look> {
  const { connection, wanted, wish, patience } = job;
  const { observeLayers } = await import("../../publish/observe.ts");
  const regions = new Set(wanted.map(({ region }) => region)).size;
  const what = `Looking at ${regions === 1 ? "1 region" : `${regions} regions`}`;
  const task = progress.start(what);
  let looked = 0;
  try {
    const sightings = await observeLayers(connection, wanted, {
      grants: wish.sharing !== undefined,
      ledger,
      version,
      regionMilliseconds: patience.regionMilliseconds,
      looked: () => task.update(`${what}: ${++looked} of ${wanted.length} layers`),
    });
    return job.guessed
      ? withoutDisabled({ wanted, sightings }, (words) => progress.warn(words))
      : { wanted, sightings };
  } finally {
    task.done();
  }
}

function withoutDisabled({ wanted, sightings }: Look, warn: (words: string) => void): Look {
  const disabled = new Set(
    wanted.flatMap(({ region }, index) => {
      const sighting = sightings[index];
      return sighting && "error" in sighting && sighting.error.code === "RegionNotEnabled" ? region : [];
    }),
  );
  if (disabled.size > 0)
    warn(`Left out, since they are probably not enabled for this account: ${[...disabled].join(", ")}`);
  const kept = (_: unknown, index: number) => !disabled.has(wanted[index]?.region ?? "");
  return { wanted: wanted.filter(kept), sightings: sightings.filter(kept) };
}
