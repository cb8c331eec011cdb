// A plan as a file: what is written is what is read, and nothing else is taken for one.
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPlan, type SavedPlan, writePlan } from "../../src/publish/saved-plan/document.ts";

const reason = "because";
const layer = { region: "eu-west-1", architecture: "arm64", shared: false, zipBytes: 3, codeSha256: "x" } as const;
const saved: SavedPlan = {
  target: { endpoint: "aws", account: "123456789012" },
  wish: {
    namePattern: "{name}-{arch}",
    description: undefined,
    license: "MIT",
    runtimes: ["nodejs22.x"],
    force: false,
    sharing: ["public"],
    align: "placeholder",
  },
  tolerance: { allowFail: ["me-south-1"], minRegions: 2, everywhere: true },
  regionTimeout: 60,
  bucket: "zips-{region}",
  layers: [
    {
      ...layer,
      layerName: "demo",
      zip: "/work/dist/demo.zip",
      newest: {
        arn: "arn:aws:lambda:eu-west-1:123456789012:layer:demo:3",
        version: 3,
        codeSha256: "y",
        architectures: ["arm64"],
        description: "",
        license: "",
        runtimes: [],
        grants: [{ sid: "a", grantee: undefined }],
      },
      actions: [
        { action: "align", from: 4, through: 5, fill: "placeholder", reason },
        { action: "publish", version: 6, reason },
        { action: "grant", grantee: "public", reason },
      ],
    },
    {
      ...layer,
      layerName: "other",
      zip: "/elsewhere/o.zip",
      actions: [{ action: "failed", error: { code: "C", message: "m", hint: "" }, reason }],
    },
  ],
};

describe("a plan's file", () => {
  it("is read as it was written, its zips found wherever both are taken", () => {
    const text = writePlan(saved, "/work");
    expect(readPlan(text, join("/work", "plan.json"))).toEqual(saved);
    const [first] = readPlan(text, join("/moved", "to", "plan.json")).layers;
    expect(first?.zip).toBe("/moved/to/dist/demo.zip");
  });

  it.each<[string, (document: Record<string, unknown>) => unknown, string]>([
    ["another version's", (document) => ({ ...document, schemaVersion: 2 }), "schemaVersion"],
    ["another kind", (document) => ({ ...document, kind: "manifest" }), "kind"],
    [
      "one with a key that this version would pass over",
      (document) => ({ ...document, wish: { ...saved.wish, sparkle: 1 } }),
      "wish.sparkle",
    ],
    [
      "one with an action that this version does not know",
      (document) => ({ ...document, layers: [{ ...saved.layers[1], actions: [{ action: "delete", reason }] }] }),
      "layers.0.actions.0.action",
    ],
    [
      "one for a region that would lead elsewhere",
      (document) => ({ ...document, layers: [{ ...saved.layers[0], region: "evil.example/#" }] }),
      "layers.0.region",
    ],
    [
      "one that makes a layer public by another word, for which nobody is asked",
      (document) => ({
        ...document,
        layers: [{ ...saved.layers[0], actions: [{ action: "grant", grantee: "*", reason }] }],
      }),
      "layers.0.actions.0.grantee",
    ],
    [
      "one that shares with nobody that there can be",
      (document) => ({ ...document, wish: { ...saved.wish, sharing: ["*"] } }),
      "wish.sharing.0",
    ],
    [
      "one for what cannot be a layer's name",
      (document) => ({ ...document, layers: [{ ...saved.layers[0], layerName: "a/../b" }] }),
      "layers.0.layerName",
    ],
    ["an empty one", (document) => ({ ...document, layers: [] }), "layers"],
  ])("is refused where it is %s", (_, change, where) => {
    const text = JSON.stringify(change(JSON.parse(writePlan(saved, "/work"))));
    expect(() => readPlan(text, "/work/plan.json")).toThrow(`: ${where} is wrong`);
  });

  it.each(["", "no JSON", "[]", "null"])("is refused where it is %j", (text) => {
    expect(() => readPlan(text, "/work/plan.json")).toThrow(/\/work\/plan.json is not a plan/);
  });
});
