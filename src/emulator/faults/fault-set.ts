// Which faults hit a call: counts the calls that each of them matches.
import type { Fault, FaultKind } from "./fault.ts";

/** A call as faults see it. */
export interface FaultyCall {
  readonly region: string;
  readonly service: string;
  /** Empty where the request names none that we know. */
  readonly operation: string;
  readonly from: "user" | "environments";
}

/** What becomes of a call. */
export interface Meeting {
  /** Milliseconds before it is worked on. */
  readonly latency: number;
  /** The fault that hits it; undefined where it is only late, or not even that. */
  readonly hit: (Fault & { readonly kind: FaultKind }) | undefined;
}

/** Nothing becomes of it. */
export const unharmed: Meeting = { latency: 0, hit: undefined };

/** A fault, with the number of calls that it has changed. */
export interface CountedFault {
  readonly fault: Fault;
  readonly met: number;
}

/** Faults with their counts. Of several that a call meets, the last one decides what becomes of it, and the last one how late it is. */
export class FaultSet {
  private readonly entries: readonly { readonly fault: Fault; matched: number; met: number }[];

  constructor(faults: readonly Fault[]) {
    this.entries = faults.map((fault) => ({ fault, matched: 0, met: 0 }));
  }

  get empty(): boolean {
    return this.entries.length === 0;
  }

  /** Counts the call. */
  meet(call: FaultyCall): Meeting {
    let { latency, hit } = unharmed;
    for (const entry of this.entries) {
      const { fault } = entry;
      if (!matches(fault, call)) continue;
      const number = ++entry.matched;
      const { after = 0, count = Number.POSITIVE_INFINITY, kind } = fault;
      if (number <= after || number > after + count) continue;
      entry.met++;
      if (kind !== undefined) hit = { ...fault, kind };
      if (kind !== "slow" && fault.latency !== undefined) latency = fault.latency;
    }
    return { latency, hit };
  }

  get counts(): readonly CountedFault[] {
    return this.entries.map(({ fault, met }) => ({ fault, met }));
  }
}

function matches({ region, service, op, from = "user" }: Fault, call: FaultyCall): boolean {
  return (
    (from === "all" || from === call.from) &&
    fits(region, call.region) &&
    fits(service, call.service) &&
    fits(op, call.operation)
  );
}

/** Whether a word fits a pattern with stars; without one, every word does. */
export function fits(pattern: string | undefined, word: string): boolean {
  if (pattern === undefined || pattern === word) return true;
  return pattern.includes("*") && new RegExp(`^${pattern.replaceAll("*", ".*")}$`).test(word);
}
