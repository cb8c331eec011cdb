// The decisions of publish, without a network.
import { describe, expect, it } from "vitest";
import type { LayerArchive } from "../../src/model/artifact.ts";
import { isShared, layerNameFor } from "../../src/publish/layer-name.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import type { PresentLayer, Sighting } from "../../src/publish/plan/sighting.ts";
import { chooseRegions } from "../../src/publish/regions.ts";
import { type PublishWish, wantedLayers } from "../../src/publish/wish.ts";

const archive = (architecture: "x86_64" | "arm64"): LayerArchive => ({
  name: "demo",
  kind: "extension",
  architecture,
  zip: `/dist/${architecture}.zip`,
  zipBytes: 10,
  unzippedBytes: 20,
  codeSha256: `sha-${architecture}`,
});
const plain: PublishWish = {
  description: undefined,
  license: undefined,
  runtimes: [],
  namePattern: "{name}-{arch}",
  force: false,
  sharing: undefined,
  align: undefined,
};
const wanted = wantedLayers({
  archives: [archive("x86_64"), archive("arm64")],
  regions: ["eu-west-1"],
  namePattern: "{name}-{arch}",
});
const present = (change: Partial<PresentLayer>): PresentLayer => ({
  arn: "arn:aws:lambda:eu-west-1:1:layer:demo-x86_64:4",
  version: 4,
  codeSha256: "sha-x86_64",
  architectures: ["x86_64"],
  description: "",
  license: "",
  runtimes: [],
  ...change,
});

/** Version `number` of the first wanted layer, with these bytes; the wanted ones where nothing is said. */
const at = (number: number, sha = "sha-x86_64") => ({ newest: present({ version: number, codeSha256: sha }) });
const told = (actions: readonly object[]) => actions.map((action) => ({ ...action, reason: undefined }));

describe("planPublish", () => {
  it("wants every archive in every region, under the name of its architecture", () => {
    expect(wanted.map(({ region, layerName }) => `${region} ${layerName}`)).toEqual([
      "eu-west-1 demo-x86_64",
      "eu-west-1 demo-arm64",
    ]);
  });

  it("publishes what is not there, keeps what is, replaces what differs", () => {
    const plan = planPublish(wanted, [{}, { newest: present({ codeSha256: "sha-arm64" }) }], plain);
    expect(plan.map(({ actions }) => actions.map(({ action }) => action))).toEqual([["publish"], ["unchanged"]]);
    const [changed] = planPublish(wanted, [{ newest: present({ codeSha256: "other" }) }], plain);
    expect(changed?.actions).toEqual([{ action: "publish", reason: "version 4 has other bytes" }]);
  });

  it("publishes the same bytes again with --force", () => {
    const [layer] = planPublish(wanted, [{ newest: present({}) }], { ...plain, force: true });
    expect(layer?.actions[0]?.action).toBe("publish");
  });

  it("says so where the bytes are the same and the words are not", () => {
    const wish = { ...plain, description: "new", runtimes: ["nodejs22.x"] };
    const [layer] = planPublish(wanted, [{ newest: present({}) }], wish);
    expect(layer?.actions).toMatchObject([{ action: "unchanged" }]);
    expect(layer?.actions[0]?.reason).toMatch(/another description and list of runtimes/);
  });

  it("doesn't mind the order of runtimes", () => {
    const sighting = { newest: present({ runtimes: ["b", "a"] }) };
    const [layer] = planPublish(wanted, [sighting], { ...plain, runtimes: ["a", "b"] });
    expect(layer?.actions[0]?.reason).toBe("version 4 has these bytes");
  });

  it("carries on with the others where a region could not be looked at", () => {
    const error = { code: "RegionNotEnabled", message: "m", hint: "h" };
    const plan = planPublish(wanted, [{ error }, {}], plain);
    expect(plan.map(({ actions }) => actions[0]?.action)).toEqual(["failed", "publish"]);
  });
});

describe("planning who may use a version", () => {
  const grants = (...grantees: (string | undefined)[]) =>
    grantees.map((grantee, index) => ({ sid: `s${index}`, grantee }));
  const sharedWith = (sharing: readonly string[] | undefined, present_: ReturnType<typeof grants>) =>
    told(
      planPublish(wanted.slice(0, 1), [{ newest: present({ grants: present_ }) }], { ...plain, sharing })[0]?.actions ??
        [],
    );

  it("leaves policies alone where nothing was said", () => {
    expect(sharedWith(undefined, grants("public"))).toMatchObject([{ action: "unchanged" }]);
  });

  it("grants to a version that is published", () => {
    const wish = { ...plain, sharing: ["public", "123456789012"] };
    const [layer] = planPublish(wanted, [{}], wish);
    expect(told(layer?.actions ?? [])).toMatchObject([
      { action: "publish" },
      { action: "grant", grantee: "public" },
      { action: "grant", grantee: "123456789012" },
    ]);
  });

  it("repairs a version that is there without its permission", () => {
    expect(sharedWith(["public"], [])).toMatchObject([{ action: "grant", grantee: "public" }]);
  });

  it("takes away what was not asked for: others, doubles, and what it doesn't understand", () => {
    expect(sharedWith(["public"], grants("o-a1b2c3d4e5", "public", "public", undefined))).toMatchObject([
      { action: "revoke", sid: "s0", grantee: "o-a1b2c3d4e5" },
      { action: "revoke", sid: "s2", grantee: "public" },
      { action: "revoke", sid: "s3" },
    ]);
    expect(sharedWith([], grants("public"))).toMatchObject([{ action: "revoke", sid: "s0" }]);
  });

  it("makes room where somebody's statement has the name of one of ours, before ours is made", () => {
    const mine = { sid: "lambda-ext-public", grantee: "111122223333" };
    expect(sharedWith(["public"], [mine, { sid: "s0", grantee: undefined }])).toMatchObject([
      { action: "revoke", sid: "lambda-ext-public" },
      { action: "grant", grantee: "public" },
      { action: "revoke", sid: "s0" },
    ]);
    // Whom it means keeps the version, under a name of its own.
    expect(sharedWith(["public", "111122223333"], [mine])).toMatchObject([
      { action: "grant", grantee: "111122223333" },
      { action: "revoke", sid: "lambda-ext-public" },
      { action: "grant", grantee: "public" },
    ]);
    const crossed = [
      { sid: "lambda-ext-public", grantee: "111122223333" },
      { sid: "lambda-ext-111122223333", grantee: "public" },
    ];
    expect(sharedWith(["public", "111122223333"], crossed)).toMatchObject(
      ["revoke", "revoke", "grant", "grant"].map((action) => ({ action })),
    );
  });

  it("is content where everything is as it shall be", () => {
    expect(sharedWith(["public"], grants("public"))).toMatchObject([{ action: "unchanged" }]);
  });
});

describe("aligning numbers", () => {
  const regions = ["eu-west-1", "us-east-1", "us-west-2"];
  const layers = (namePattern = "{name}-{arch}", archives = [archive("x86_64")]) =>
    wantedLayers({ archives, regions, namePattern });
  const align = (...sightings: object[]) =>
    planPublish(layers(), sightings, { ...plain, align: "placeholder" }).map(({ actions }) =>
      actions
        .map((action) => {
          if (action.action === "align") return `fill ${action.from}-${action.through}`;
          return action.action === "publish" ? `publish ${action.version}` : action.action;
        })
        .join(", "),
    );

  it("begins with 1 everywhere", () => {
    expect(align({}, {}, {})).toEqual(["publish 1", "publish 1", "publish 1"]);
  });

  it("goes on together", () => {
    expect(align(at(4, "old"), at(4, "old"), at(4, "old"))).toEqual(["publish 5", "publish 5", "publish 5"]);
  });

  it("leaves alone what agrees", () => {
    expect(align(at(4), at(4), at(4))).toEqual(["unchanged", "unchanged", "unchanged"]);
  });

  it("fills the gap of regions that are behind, and of new ones", () => {
    expect(align(at(4, "old"), at(2, "old"), {})).toEqual(["publish 5", "fill 3-4, publish 5", "fill 1-4, publish 5"]);
  });

  it("reaches the number of a region that has the bytes already", () => {
    expect(align(at(4), at(3, "old"), at(1, "old"))).toEqual(["unchanged", "publish 4", "fill 2-3, publish 4"]);
  });

  it("raises the number for all where a region is ahead, and for those that have the bytes under another one", () => {
    expect(align(at(4), at(6, "old"), at(4))).toEqual(["fill 5-6, publish 7", "publish 7", "fill 5-6, publish 7"]);
    expect(align(at(4), at(5), at(5, "old"))).toEqual(["fill 5-5, publish 6", "publish 6", "publish 6"]);
    expect(align(at(4), at(5), at(4))).toEqual(["publish 5", "unchanged", "publish 5"]);
  });

  it("aligns what can be seen where a region can't", () => {
    const error = { code: "CannotConnect", message: "m", hint: "h" };
    expect(align(at(2, "old"), { error }, at(1, "old"))).toEqual(["publish 3", "failed", "fill 2-2, publish 3"]);
  });

  it("keeps the order of architectures that share a layer", () => {
    const both = layers("{name}", [archive("x86_64"), archive("arm64")]);
    const arm = (version: number, sha = "sha-arm64") => at(version, sha);
    const sightings = [at(3), arm(4), at(1), arm(2), at(2), arm(1)];
    const plan = planPublish(both, sightings, { ...plain, namePattern: "{name}", align: "same-bytes" });
    expect(plan.map(({ actions }) => told(actions))).toMatchObject([
      [{ action: "unchanged" }],
      [{ action: "unchanged" }],
      [{ action: "publish", version: 3 }],
      [{ action: "publish", version: 4 }],
      [{ action: "publish", version: 3 }],
      [{ action: "publish", version: 4 }],
    ]);
  });
});

describe("aligning architectures that share a layer", () => {
  const wanted = (regions: string[]) =>
    wantedLayers({ archives: [archive("x86_64"), archive("arm64")], regions, namePattern: "{name}" });
  const arm = (version: number, sha = "sha-arm64") => at(version, sha);
  const align = (regions: string[], sightings: Sighting[]) => {
    const wish = { ...plain, namePattern: "{name}", align: "same-bytes" as const };
    return planPublish(wanted(regions), sightings, wish).map(({ actions }) =>
      actions.map((action) => (action.action === "publish" ? action.version : action.action)).join(),
    );
  };

  it("goes on where a run has made the first one and failed at the second", () => {
    expect(align(["eu-west-1"], [at(2), {}])).toEqual(["unchanged", "3"]);
    expect(align(["eu-west-1", "us-east-1"], [at(2), {}, at(2), arm(3)])).toEqual([
      "unchanged",
      "3",
      "unchanged",
      "unchanged",
    ]);
    // Between the two there is another one's.
    expect(align(["eu-west-1"], [at(1), arm(2, "old")])).toEqual(["3", "4"]);
    // Three is out of reach for what would have to publish both.
    expect(align(["eu-west-1", "us-east-1"], [at(2), {}, at(1), arm(2, "old")])).toEqual(["3", "4", "3", "4"]);
  });

  it("gives no number to one that cannot know whether the other one has it", () => {
    const error = { code: "CannotConnect", message: "m", hint: "h" };
    expect(align(["eu-west-1", "us-east-1"], [{ error }, arm(1), {}, {}])).toEqual(["failed", "failed", "1", "2"]);
  });
});

describe("layer names", () => {
  it("fills in name and architecture", () => {
    expect(layerNameFor("{name}_{arch}", "demo", "arm64")).toBe("demo_arm64");
    expect(isShared("{name}")).toBe(true);
    expect(isShared("{name}-{arch}")).toBe(false);
  });

  it.each(["demo layer", "{nme}", "x".repeat(141), ""])("refuses %j", (pattern) => {
    expect(() => layerNameFor(pattern, "demo", "arm64")).toThrow(/cannot be the name of a layer/);
  });
});

describe("regions", () => {
  it("takes each region once", () => {
    expect(chooseRegions(["eu-west-1", " us-east-1", "eu-west-1"], "eu-west-1").regions).toEqual([
      "eu-west-1",
      "us-east-1",
    ]);
  });

  it("knows all regions of the partition that one is in", () => {
    expect(chooseRegions(["all"], "eu-west-1").regions).toHaveLength(34);
    expect(chooseRegions(["all"], "cn-north-1").regions).toEqual(["cn-north-1", "cn-northwest-1"]);
  });

  it("warns about a region that it does not know", () => {
    expect(chooseRegions(["sa-west-1"], "eu-west-1")).toMatchObject({
      regions: ["sa-west-1"],
      warnings: [expect.stringMatching(/sa-west-1 is not a region that lambda-ext knows; did you mean/)],
    });
  });

  it.each([
    ["eu-west1", /did you mean|Did you mean eu-west-1/],
    ["everywhere", /all stands for every one|Did you mean/],
  ])("refuses %j", (word, hint) => {
    let thrown: { hint?: string } = {};
    try {
      chooseRegions([word], "eu-west-1");
    } catch (error) {
      thrown = error as { hint?: string };
    }
    expect(thrown).toMatchObject({ code: "InvalidRegion", kind: "usage" });
    expect(thrown.hint).toMatch(hint);
  });

  it("refuses an empty list", () => {
    expect(() => chooseRegions([""], "eu-west-1")).toThrow(/No region is named/);
  });
});
