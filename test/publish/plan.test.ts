// The decisions of publish, without a network.
import { describe, expect, it } from "vitest";
import type { LayerArchive } from "../../src/model/artifact.ts";
import { isShared, layerNameFor } from "../../src/publish/layer-name.ts";
import { type PresentLayer, planPublish, wantedLayers } from "../../src/publish/plan.ts";
import { chooseRegions } from "../../src/publish/regions.ts";

const archive = (architecture: "x86_64" | "arm64"): LayerArchive => ({
  name: "demo",
  kind: "extension",
  architecture,
  zip: `/dist/${architecture}.zip`,
  zipBytes: 10,
  unzippedBytes: 20,
  codeSha256: `sha-${architecture}`,
});
const plain = { description: undefined, license: undefined, runtimes: [], force: false };
const wanted = wantedLayers({
  archives: [archive("x86_64"), archive("arm64")],
  regions: ["eu-west-1"],
  namePattern: "{name}-{arch}",
});
const present = (change: Partial<PresentLayer>): PresentLayer => ({
  arn: "arn:aws:lambda:eu-west-1:1:layer:demo-x86_64:4",
  version: 4,
  codeSha256: "sha-x86_64",
  description: "",
  license: "",
  runtimes: [],
  ...change,
});

describe("planPublish", () => {
  it("wants every archive in every region, under the name of its architecture", () => {
    expect(wanted.map(({ region, layerName }) => `${region} ${layerName}`)).toEqual([
      "eu-west-1 demo-x86_64",
      "eu-west-1 demo-arm64",
    ]);
  });

  it("publishes what is not there, keeps what is, replaces what differs", () => {
    const plan = planPublish(wanted, [{}, { newest: present({ codeSha256: "sha-arm64" }) }], plain);
    expect(plan.map(({ action }) => action)).toEqual(["publish", "unchanged"]);
    const [changed] = planPublish(wanted, [{ newest: present({ codeSha256: "other" }) }], plain);
    expect(changed).toMatchObject({ action: "publish", reason: "version 4 has other bytes" });
  });

  it("publishes the same bytes again with --force", () => {
    const [action] = planPublish(wanted, [{ newest: present({}) }], { ...plain, force: true });
    expect(action?.action).toBe("publish");
  });

  it("says so where the bytes are the same and the words are not", () => {
    const [action] = planPublish(wanted, [{ newest: present({}) }], {
      ...plain,
      description: "new",
      runtimes: ["nodejs22.x"],
    });
    expect(action).toMatchObject({ action: "unchanged" });
    expect(action?.reason).toMatch(/another description and list of runtimes/);
  });

  it("doesn't mind the order of runtimes", () => {
    const [action] = planPublish(wanted, [{ newest: present({ runtimes: ["b", "a"] }) }], {
      ...plain,
      runtimes: ["a", "b"],
    });
    expect(action?.reason).toBe("version 4 has these bytes");
  });

  it("carries on with the others where a region could not be looked at", () => {
    const error = { code: "RegionNotEnabled", message: "m", hint: "h" };
    const plan = planPublish(wanted, [{ error }, {}], plain);
    expect(plan.map(({ action }) => action)).toEqual(["failed", "publish"]);
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
