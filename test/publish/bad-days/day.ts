// A day that a seed decides: what is there, what is wanted, and what goes wrong.
import type { Fault } from "../../../src/emulator/faults/fault.ts";
import { faultKinds } from "../../../src/emulator/faults/fault.ts";
import { type Architecture, architectures } from "../../../src/model/architecture.ts";
import { partitionOf } from "../../../src/model/partition.ts";
import type { Grantee } from "../../../src/model/sharing.ts";
import type { Fill } from "../../../src/publish/wish.ts";
import { type Dice, diceOf } from "./random.ts";

/** A version that is there before: with other bytes, with those that are wanted, or taken away again, so that its number is used up. */
export interface Earlier {
  readonly architecture: Architecture;
  readonly what: "other" | "same" | "removed";
  /** Principals of statements that it bears. */
  readonly principals: readonly string[];
}

/** One day. */
export interface Day {
  readonly seed: number;
  readonly regions: readonly string[];
  /** Whether both architectures are versions of one layer. */
  readonly shared: boolean;
  readonly sharing: readonly Grantee[] | undefined;
  readonly align: Fill | undefined;
  /** Whether looks may fail although numbers are aligned: a region that is not seen may be ahead, and later raise the number for all. */
  readonly blind: boolean;
  /** By region. */
  readonly before: Readonly<Record<string, readonly Earlier[]>>;
  /** Of the first run; the second one meets what their counts have left, the third nothing. */
  readonly faults: readonly Fault[];
  /** Whether the second run still meets them. */
  readonly lasting: boolean;
  /** Of the runs that meet faults. */
  readonly regionMilliseconds: number | undefined;
  /** Whether what a run has written down is there for the next one, or it comes from another machine. */
  readonly sameMachine: boolean;
}

const writes = ["PublishLayerVersion", "AddLayerVersionPermission", "RemoveLayerVersionPermission"];
const looks = ["ListLayerVersions", "GetLayerVersion", "GetLayerVersionPolicy"];
const sharings: readonly { readonly sharing: readonly Grantee[] | undefined }[] = [
  { sharing: undefined },
  { sharing: [] },
  { sharing: ["public"] },
  { sharing: ["210987654321"] },
  { sharing: ["public", "210987654321", "o-a1b2c3d4e5"] },
];

/** The day of a seed. */
export function dayOf(seed: number): Day {
  const dice = diceOf(seed);
  const regions = dice.some(partitionOf("us-east-1").regions, dice.between(1, 4));
  const align = dice.chance(0.3) ? dice.pick(["same-bytes", "placeholder"] as const) : undefined;
  const shared = dice.chance(0.3);
  const before = Object.fromEntries(regions.map((region) => [region, earlier(dice, align !== undefined)]));
  const blind = dice.chance(0.3);
  const operations = align === undefined || blind ? [...writes, ...writes, ...looks] : writes;
  const faults = Array.from({ length: dice.between(1, 4) }, () => fault(dice, regions, operations));
  return {
    seed,
    regions,
    shared,
    ...dice.pick(sharings),
    align,
    blind,
    before,
    faults,
    lasting: dice.chance(0.5),
    regionMilliseconds: faults.some(({ kind, latency = 0 }) => kind === "slow" || latency > 100) ? 700 : undefined,
    sameMachine: dice.chance(0.5),
  };
}

function earlier(dice: Dice, aligned: boolean): Earlier[] {
  return Array.from({ length: dice.pick([0, 0, 1, 2, 3]) }, () => ({
    architecture: dice.pick(architectures),
    // What was taken away is not seen, and only found out with --align when a number turns out to be another one.
    what: dice.pick(aligned ? ["other", "same"] : ["other", "same", "removed"]),
    principals: dice.some(["*", "111111111111", "210987654321"], dice.pick([0, 0, 1, 2])),
  }));
}

function fault(dice: Dice, regions: readonly string[], operations: readonly string[]): Fault {
  const place = {
    ...(dice.chance(0.7) && { region: dice.pick(regions) }),
    op: dice.pick(operations),
    ...(dice.chance(0.8) && { count: dice.between(1, 4) }),
    ...(dice.chance(0.4) && { after: dice.between(1, 3) }),
  };
  // So late that a run with a deadline has given the call up before it is worked on.
  if (dice.chance(0.1)) return { ...place, latency: 750 };
  const kind = dice.pick(faultKinds);
  if (kind === "slow") return { ...place, kind, latency: 2500 };
  if (kind === "throttle") {
    return { ...place, kind, ...(dice.chance(0.5) && { code: "ThrottlingException", status: 400 }) };
  }
  if (kind === "error" || kind === "proxy") {
    return { ...place, kind, work: dice.pick(["none", "done"]), status: dice.pick([500, 502, 503]) };
  }
  return { ...place, kind };
}

/** The matrix: every kind of fault, before and after the call took effect where it can be both, on every call of a publish, once and for good. */
export function matrix(): readonly Day[] {
  const struck: readonly Fault[] = [
    ...faultKinds.map((kind) => ({ kind, ...(kind === "slow" && { latency: 2500 }) })),
    { kind: "error", work: "done" },
    { kind: "proxy", work: "done" },
    { kind: "throttle", code: "ThrottlingException", status: 400 },
  ];
  const cells = struck.flatMap((fault) =>
    [...writes, ...looks].flatMap(
      (op) =>
        [
          { ...fault, op, count: 1 },
          { ...fault, op },
        ] as const,
    ),
  );
  const [near, far] = ["eu-west-1", "me-central-1"];
  const earlier = { architecture: "arm64", what: "same", principals: ["111111111111"] } as const;
  return cells.map((fault, index) => ({
    seed: 1_000_000 + index,
    regions: [near, far],
    shared: false,
    sharing: ["public"],
    align: undefined,
    blind: false,
    // So that there is something to read, to publish, to grant and to take away.
    before: { [near]: [], [far]: [earlier] },
    faults: [{ ...fault, region: far }],
    lasting: false,
    regionMilliseconds: fault.kind === "slow" ? 700 : undefined,
    sameMachine: false,
  }));
}
