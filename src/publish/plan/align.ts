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
      if (chain.complete && chain.last === end) continue;
      for (const [entry, becomes] of number(chain, end, fill)) numbered.set(entry, becomes);
    }
  }
  return decided.map((entry) => numbered.get(entry) ?? entry);
}

/** What one region has of a layer: its versions for both architectures follow each other where they share a name. */
interface Chain {
  readonly entries: readonly Decided[];
  /** The highest number that can be seen; 0 without any. */
  readonly last: number;
  /** Whether the wanted bytes are its last versions, in their order. */
  readonly complete: boolean;
}

function chainOf(entries: readonly Decided[]): Chain {
  const last = Math.max(...entries.map(versionOf));
  const first = last - entries.length + 1;
  const complete = entries.every((entry, i) => entry.bytes.action === "unchanged" && versionOf(entry) === first + i);
  return { entries, last, complete };
}

function versionOf({ sighting }: Decided): number {
  return "error" in sighting ? 0 : (sighting.newest?.version ?? 0);
}

/** The number that the last version of every chain shall have: the highest of them, if it can be reached by all, else a new one. */
function lastNumber(chains: readonly Chain[]): number {
  const highest = Math.max(...chains.map(({ last }) => last));
  const reached = chains.filter(({ last, complete }) => complete && last === highest);
  const others = chains.filter((chain) => !reached.includes(chain));
  if (reached.length > 0 && others.every(({ last, entries }) => last <= highest - entries.length)) return highest;
  return highest + Math.max(...chains.map(({ entries }) => entries.length));
}

function number({ entries, last }: Chain, end: number, fill: Fill): [Decided, Decided][] {
  const first = end - entries.length + 1;
  return entries.map((entry, index) => {
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
