// The verdicts of verify, without a network.
import { describe, expect, it } from "vitest";
import type { LayerArchive } from "../../src/model/artifact.ts";
import { planPublish } from "../../src/publish/plan/plan.ts";
import type { PresentLayer, Sighting } from "../../src/publish/plan/sighting.ts";
import { type Comparison, compareLayers, needsNewVersion } from "../../src/publish/verify/compare.ts";
import { planGivenVersions } from "../../src/publish/verify/fix.ts";
import { type PublishWish, wantedLayers } from "../../src/publish/wish.ts";

const archive: LayerArchive = {
  name: "demo",
  kind: "layer",
  architecture: "arm64",
  zip: "/dist/arm64.zip",
  zipBytes: 10,
  unzippedBytes: 20,
  codeSha256: "sha",
};
const wish: PublishWish = {
  description: "A demo",
  license: undefined,
  runtimes: ["b", "a"],
  namePattern: "{name}-{arch}",
  force: false,
  exact: true,
  sharing: undefined,
  align: undefined,
};
const present: PresentLayer = {
  arn: "arn:aws:lambda:eu-west-1:1:layer:demo-arm64:4",
  version: 4,
  codeSha256: "sha",
  codeBytes: 10,
  architectures: ["arm64"],
  description: "A demo",
  license: "",
  runtimes: ["a", "b"],
};
const regions = ["eu-west-1", "us-east-1"];
const wanted = wantedLayers({ archives: [archive], regions, namePattern: "{name}-{arch}" });
const at = (change: Partial<PresentLayer> = {}): Sighting => ({ newest: { ...present, ...change } });
const compare = (sightings: readonly Sighting[], change: Partial<PublishWish> = {}, newest = true) => {
  const comparison: Comparison = {
    wanted: wanted.slice(0, sightings.length),
    sightings,
    wish: { ...wish, ...change },
    newest,
  };
  return { verdicts: compareLayers(comparison), comparison };
};
const aspects = (sighting: Sighting, change: Partial<PublishWish> = {}) =>
  compare([sighting], change).verdicts[0]?.differences.map(({ aspect }) => aspect);

describe("compareLayers", () => {
  it("finds the same where the same is, in whatever order", () => {
    expect(compare([at(), at({ version: 9 })]).verdicts).toMatchObject([
      { result: "same", version: 4, differences: [] },
      { result: "same", version: 9, differences: [] },
    ]);
  });

  it.each<[string, Partial<PresentLayer>]>([
    ["hash", { codeSha256: "other" }],
    ["size", { codeBytes: 11 }],
    ["architectures", { architectures: ["x86_64", "arm64"] }],
    ["architectures", { architectures: [] }],
    ["runtimes", { runtimes: ["a"] }],
    ["description", { description: "" }],
    ["license", { license: "MIT" }],
  ])("tells another %s, which only a new version can mend, and plans one", (aspect, change) => {
    const { verdicts, comparison } = compare([at(change)]);
    const [verdict] = verdicts;
    expect(verdict?.differences.map((difference) => difference.aspect)).toEqual([aspect]);
    expect(verdict && needsNewVersion(verdict)).toBe(true);
    // Other sizes come with other bytes.
    if (aspect === "size") return;
    const plan = planPublish(comparison.wanted, comparison.sightings, comparison.wish);
    expect(plan[0]?.actions.map(({ action }) => action)).toEqual(["publish"]);
  });

  it("compares sharing where something was said about it", () => {
    const grants = [
      { sid: "x", grantee: "public" },
      { sid: "y", grantee: undefined },
    ];
    expect(aspects(at({ grants }))).toEqual([]);
    expect(aspects(at({ grants: [] }), { sharing: [] })).toEqual([]);
    const [verdict] = compare([at({ grants })], { sharing: ["222222222222"] }).verdicts;
    expect(verdict?.differences).toEqual([
      { aspect: "sharing", found: ["public", "statement y"], wanted: ["222222222222"] },
    ]);
    expect(verdict && needsNewVersion(verdict)).toBe(false);
    expect(
      aspects(at({ grants: [...grants.slice(0, 1), { sid: "z", grantee: "public" }] }), { sharing: ["public"] }),
    ).toEqual(["sharing"]);
  });

  it("compares numbers where all regions are to have the same", () => {
    const differing = (align: PublishWish["align"], newest = true) =>
      compare([at(), at({ version: 6 })], { align }, newest).verdicts.map(({ differences }) => differences);
    expect(differing(undefined)).toEqual([[], []]);
    expect(differing("same-bytes")).toEqual([[{ aspect: "number", found: 4, wanted: 6 }], []]);
    expect(differing("same-bytes", false)).toEqual([[], []]);
    const { verdicts } = compare([at({ codeSha256: "other" }), at({ version: 6 })], { align: "same-bytes" });
    expect(verdicts[0]?.differences.map(({ aspect }) => aspect)).toEqual(["hash"]);
  });

  it("tells what is missing, and what could not be looked at", () => {
    const error = { code: "CannotConnect", message: "m", hint: "h" };
    expect(compare([{}, { error }]).verdicts).toMatchObject([{ result: "missing" }, { result: "failed", error }]);
  });
});

describe("planGivenVersions", () => {
  it("changes who may use them, and nothing else", () => {
    const error = { code: "CannotConnect", message: "m", hint: "h" };
    const actions = (sighting: Sighting) =>
      planGivenVersions(compare([sighting], { sharing: ["public"] }, false).comparison)[0]?.actions.map(
        ({ action }) => action,
      );
    expect(actions(at({ grants: [], codeSha256: "other" }))).toEqual(["grant"]);
    expect(actions(at({ grants: [{ sid: "x", grantee: "public" }], codeSha256: "other" }))).toEqual(["unchanged"]);
    expect(actions({})).toEqual(["unchanged"]);
    expect(actions({ error })).toEqual(["failed"]);
  });
});
