// Saved plans by seeds: broken off anywhere, as often as it happens, what is left brings everything to where the whole plan would have, with
// no version more; and nobody else's publish is passed over.
import { describe, expect, it } from "vitest";
import { architectures } from "../../src/model/architecture.ts";
import type { LayerArchive } from "../../src/model/artifact.ts";
import type { Grantee } from "../../src/model/sharing.ts";
import type { LayerPlan, PlannedAction, PublishPlan } from "../../src/publish/plan/actions.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import type { Sighting } from "../../src/publish/plan/sighting.ts";
import { remainderOf } from "../../src/publish/saved-plan/remainder.ts";
import { type PublishWish, wantedLayers } from "../../src/publish/wish.ts";
import { type Dice, diceOf } from "./bad-days/random.ts";

const cases = 2000;
const grantees: readonly Grantee[] = ["public", "111122223333", "o-a1b2c3d4e5"];
const filler = "placeholder's bytes";

interface Version {
  readonly number: number;
  readonly architecture: string;
  readonly sha: string;
  readonly grants: Grantee[];
}
/** Versions by region and layer name, as AWS keeps them. */
type World = Map<string, Version[]>;

const keyOf = ({ region, layerName }: LayerPlan) => `${region} ${layerName}`;
const copy = (world: World): World => structuredClone(world);

/** What a look shows. */
function look(
  world: World,
  { region, layerName, architecture, shared }: Pick<LayerPlan, "region" | "layerName" | "architecture" | "shared">,
): Sighting {
  const versions = world.get(`${region} ${layerName}`) ?? [];
  const newest = versions.findLast((version) => !shared || version.architecture === architecture);
  if (!newest) return {};
  const grants = newest.grants.map((grantee) => ({ sid: `lambda-ext-${grantee}`, grantee }));
  const arn = `arn:aws:lambda:${region}:123456789012:layer:${layerName}:${newest.number}`;
  const said = { architectures: [newest.architecture], description: "", license: "", runtimes: [] };
  return { newest: { arn, version: newest.number, codeSha256: newest.sha, grants, ...said } };
}

/** Carries a plan out, as long as `goOn` says; a layer's actions one after the other. */
function carryOut(world: World, plan: PublishPlan, goOn: () => boolean): void {
  for (const layer of plan) {
    const versions = world.get(keyOf(layer)) ?? [];
    world.set(keyOf(layer), versions);
    const make = (sha: string) => {
      if (!goOn()) return false;
      versions.push({ number: (versions.at(-1)?.number ?? 0) + 1, architecture: layer.architecture, sha, grants: [] });
      return true;
    };
    for (const action of layer.actions) {
      if (!step(layer, action, { versions, make, goOn })) return;
    }
  }
}

interface Stepping {
  readonly versions: Version[];
  readonly make: (sha: string) => boolean;
  readonly goOn: () => boolean;
}

function step(layer: LayerPlan, action: PlannedAction, { versions, make, goOn }: Stepping): boolean {
  if (action.action === "publish") return make(layer.codeSha256);
  if (action.action === "align") {
    for (let number = action.from; number <= action.through; number++) {
      if (!make(action.fill === "placeholder" ? filler : layer.codeSha256)) return false;
    }
  } else if (action.action === "grant" || action.action === "revoke") {
    if (!goOn()) return false;
    const mine = versions.findLast(({ architecture }) => !layer.shared || architecture === layer.architecture);
    if (action.action === "grant") mine?.grants.push(action.grantee);
    else
      mine?.grants.splice(
        mine.grants.findIndex((grantee) => action.sid === `lambda-ext-${grantee}`),
        1,
      );
  }
  return true;
}

function randomWorld(dice: Dice, wanted: ReturnType<typeof wantedLayers>): World {
  const world: World = new Map();
  for (const { region, layerName, architecture, codeSha256 } of wanted) {
    const versions = world.get(`${region} ${layerName}`) ?? [];
    world.set(`${region} ${layerName}`, versions);
    for (let count = dice.between(0, 3); count > 0; count--) {
      const sha = dice.chance(0.3) ? codeSha256 : `old ${dice.between(0, 3)}`;
      const grants = grantees.filter(() => dice.chance(0.3));
      versions.push({ number: (versions.at(-1)?.number ?? 0) + 1, architecture, sha, grants });
    }
  }
  return world;
}

function randomPlan(dice: Dice) {
  const namePattern = dice.chance(0.5) ? "{name}" : "{name}-{arch}";
  const wish: PublishWish = {
    description: undefined,
    license: undefined,
    runtimes: [],
    namePattern,
    force: dice.chance(0.3),
    sharing: dice.chance(0.6) ? grantees.filter(() => dice.chance(0.5)) : undefined,
    align: dice.pick([[], ["placeholder"], ["same-bytes"]] as const)[0],
  };
  const archives = architectures.map(
    (architecture): LayerArchive => ({
      name: "demo",
      kind: "layer",
      architecture,
      zip: "",
      zipBytes: 1,
      unzippedBytes: 1,
      codeSha256: `new ${architecture}`,
    }),
  );
  const wanted = wantedLayers({ archives, regions: ["eu-west-1", "us-east-1", "ap-south-1"], namePattern });
  const world = randomWorld(dice, wanted);
  const plan = planPublish(
    wanted,
    wanted.map((layer) => look(world, layer)),
    wish,
  );
  return { wanted, world, plan };
}

describe("what is left of a saved plan, by seeds", () => {
  it(`is what was not done yet, however often it is broken off (${cases} cases)`, () => {
    let brokenOff = 0;
    for (let seed = 1; seed <= cases; seed++) {
      const dice = diceOf(seed);
      const { wanted, world, plan } = randomPlan(dice);
      const whole = copy(world);
      carryOut(whole, plan, () => true);
      for (let round = 0; round < 3; round++) {
        const { plan: rest, moved } = remainderOf(
          plan,
          wanted.map((layer) => look(world, layer)),
          filler,
        );
        expect(moved, `seed ${seed}`).toEqual([]);
        let steps = dice.between(0, 12);
        carryOut(world, rest, () => steps-- > 0);
        if (steps < 0) brokenOff++;
      }
      const last = remainderOf(
        plan,
        wanted.map((layer) => look(world, layer)),
        filler,
      );
      carryOut(world, last.plan, () => true);
      const sorted = (all: World) =>
        [...all].map(([key, versions]) => [
          key,
          versions.map((version) => ({ ...version, grants: version.grants.toSorted() })),
        ]);
      expect(sorted(world), `seed ${seed}`).toEqual(sorted(whole));
    }
    expect(brokenOff).toBeGreaterThan(cases / 2);
  });

  it(`is nothing where somebody else has published other bytes meanwhile (${cases} cases)`, () => {
    for (let seed = 1; seed <= cases; seed++) {
      const dice = diceOf(seed);
      const { wanted, world, plan } = randomPlan(dice);
      let steps = dice.between(0, 8);
      carryOut(world, plan, () => steps-- > 0);
      const layer = dice.pick(wanted);
      const versions = world.get(`${layer.region} ${layer.layerName}`) ?? [];
      world.set(`${layer.region} ${layer.layerName}`, versions);
      versions.push({
        number: (versions.at(-1)?.number ?? 0) + 1,
        architecture: layer.architecture,
        sha: "theirs",
        grants: [],
      });
      const { moved } = remainderOf(
        plan,
        wanted.map((each) => look(world, each)),
        filler,
      );
      expect(moved, `seed ${seed}`).toEqual([expect.stringContaining(`${layer.region} ${layer.layerName}: `)]);
    }
  });
});
