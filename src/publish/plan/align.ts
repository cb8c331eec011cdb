// Gives every region the same number of a layer: which one, and what fills the gap before it.
import { groupBy } from "../../model/group.ts";
import type { Fill, WantedLayer } from "../wish.ts";
import type { AlignAction, PublishAction, UnchangedAction } from "./actions.ts";
import type { Sighting } from "./sighting.ts";

/** What has been decided about a layer in a region. */
export interface Decided {
  readonly layer: WantedLayer;
  readonly sighting: Sighting;
  readonly bytes: PublishAction | UnchangedAction;
  /** What comes before it. */
  readonly filling?: AlignAction | undefined;
}

/**
 * Aligns each layer over the regions that could be looked at. Numbers are given by Lambda, one after the other and never twice, so a
 * region that is behind has its gap filled, and a region that is ahead raises the number for all: nothing can bring it back. New bytes
 * only ever come under a new number.
 *
 * What deleted versions have used up cannot be seen: a region that turns out to be further ahead than it looked is told by its outcome
 * when the plan is applied, and the next plan raises the number.
 */
export function alignNumbers(decided: readonly Decided[], fill: Fill): Decided[] {
  const seen = decided.filter(({ sighting }) => !("error" in sighting));
  const numbered = new Map<Decided, Decided>();
  for (const ofLayer of groupBy(seen, ({ layer }) => layer.layerName).values()) {
    const chains = [...groupBy(ofLayer, ({ layer }) => layer.region).values()].map(chainOf);
    const end = lastNumber(chains);
    for (const chain of chains) {
      for (const [entry, becomes] of number(chain, end, fill)) numbered.set(entry, becomes);
    }
  }
  return decided.map((entry) => numbered.get(entry) ?? entry);
}

/**
 * The sightings, without those of a layer that could be looked at for one architecture and not for the other one, under the same name:
 * of a number that is given now, nobody could say whether it comes before or after the other one's.
 */
export function seenWhole(wanted: readonly WantedLayer[], sightings: readonly Sighting[]): readonly Sighting[] {
  const errors = new Map<string, Sighting>();
  const keyOf = ({ region, layerName }: WantedLayer) => `${region} ${layerName}`;
  for (const [index, layer] of wanted.entries()) {
    const sighting = sightings[index];
    if (sighting && "error" in sighting) errors.set(keyOf(layer), sighting);
  }
  return wanted.map((layer, index) => errors.get(keyOf(layer)) ?? sightings[index] ?? {});
}

/** What one region has of a layer: its versions for both architectures follow each other where they share a name. */
interface Chain {
  readonly entries: readonly Decided[];
  /** The highest number that can be seen; 0 without any. */
  readonly last: number;
  /** So many of the entries, from the first one on, are its last versions, in their order: what a run that failed half way leaves. */
  readonly done: number;
}

function chainOf(entries: readonly Decided[]): Chain {
  const last = Math.max(...entries.map(versionOf));
  const areLast = (count: number) =>
    entries
      .slice(0, count)
      .every((entry, index) => entry.bytes.action === "unchanged" && versionOf(entry) === last - count + 1 + index);
  const done = entries.map((_, index) => entries.length - index).find(areLast) ?? 0;
  return { entries, last, done };
}

function versionOf({ sighting }: Decided): number {
  return "error" in sighting ? 0 : (sighting.newest?.version ?? 0);
}

/** The number that the last version of every chain shall have: the lowest that all can reach. */
function lastNumber(chains: readonly Chain[]): number {
  let end = Math.max(...chains.map(endOf));
  // Each round raises it, at most to what the chain that is furthest ahead needs.
  for (;;) {
    const short = chains.filter((chain) => endOf(chain) !== end && end < chain.last + chain.entries.length);
    if (short.length === 0) return end;
    end = Math.max(...short.map(({ last, entries }) => last + entries.length));
  }
}

/** The last number that a chain gets where nothing is published that is there already. */
function endOf({ entries, last, done }: Chain): number {
  return last + entries.length - done;
}

function number(chain: Chain, end: number, fill: Fill): [Decided, Decided][] {
  const { entries, last, done } = chain;
  const missing = end === endOf(chain) ? entries.slice(done) : entries;
  const first = end - missing.length + 1;
  return missing.map((entry, index) => {
    const version = first + index;
    const { reason } = entry.bytes;
    const bytes = { action: "publish" as const, version, reason: `${reason}; every region gets number ${version}` };
    return [entry, { ...entry, bytes, ...(index === 0 && first > last + 1 && { filling: fillUp(last, first, fill) }) }];
  });
}

function fillUp(last: number, first: number, fill: Fill): AlignAction {
  const has = last === 0 ? "there is no version yet" : `version ${last} is the newest here`;
  return {
    action: "align",
    from: last + 1,
    through: first - 1,
    fill,
    reason: `${has}, and the next number is to be ${first}`,
  };
}
