// What attach and detach decide, without a network.
import { describe, expect, it } from "vitest";
import type { LambdaFunction } from "../../src/aws/lambda/function.ts";
import { parseLayerWord } from "../../src/functions/attach/layer-word.ts";
import { planAttach, planDetach } from "../../src/functions/attach/plan.ts";

const layer = (name: string, version: number) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name}:${version}`;
const found = (arn: string, siblings: string[] = []) => ({ arn, siblings, warnings: [] });

function demo(change: Partial<LambdaFunction>): LambdaFunction {
  return {
    name: "demo",
    arn: "arn:aws:lambda:eu-west-1:123456789012:function:demo",
    region: "eu-west-1",
    version: "$LATEST",
    runtime: "nodejs22.x",
    handler: "index.handler",
    role: "role",
    architectures: ["x86_64"],
    description: "",
    codeSize: 1,
    codeSha256: "x",
    timeout: 3,
    memorySize: 128,
    layers: [],
    variables: {},
    variablesError: undefined,
    packageType: "Zip",
    state: "Active",
    stateReason: undefined,
    lastUpdateStatus: "Successful",
    lastUpdateStatusReason: undefined,
    lastModified: undefined,
    revisionId: "1",
    logGroup: "/aws/lambda/demo",
    logFormat: "Text",
    applicationLogLevel: undefined,
    systemLogLevel: undefined,
    ...change,
  };
}

describe("planAttach", () => {
  it("adds a layer after the others", () => {
    const plan = planAttach(demo({ layers: [layer("a", 1)] }), { layers: [found(layer("b", 2))], variables: {} });
    expect(plan.after).toEqual([layer("a", 1), layer("b", 2)]);
    expect(plan.settings).toEqual({ layers: [layer("a", 1), layer("b", 2)] });
  });

  it("replaces an older version where it stands", () => {
    const before = [layer("a", 1), layer("b", 1), layer("c", 1)];
    const plan = planAttach(demo({ layers: before }), { layers: [found(layer("b", 7))], variables: {} });
    expect(plan.after).toEqual([layer("a", 1), layer("b", 7), layer("c", 1)]);
  });

  it("replaces the layer of the other architecture", () => {
    const siblings = [layer("x-arm64", 1), layer("x-x86_64", 1)].map((arn) => arn.slice(0, -2));
    const plan = planAttach(demo({ layers: [layer("x-arm64", 3), layer("c", 1)] }), {
      layers: [found(layer("x-x86_64", 2), siblings)],
      variables: {},
    });
    expect(plan.after).toEqual([layer("x-x86_64", 2), layer("c", 1)]);
  });

  it("doesn't take another account's layer of the same name for its own", () => {
    const other = "arn:aws:lambda:eu-west-1:999999999999:layer:a:1";
    const plan = planAttach(demo({ layers: [other] }), { layers: [found(layer("a", 2))], variables: {} });
    expect(plan.after).toEqual([other, layer("a", 2)]);
  });

  it("has nothing to do where everything is there", () => {
    const plan = planAttach(demo({ layers: [layer("a", 1)], variables: { K: "v", L: "w" } }), {
      layers: [found(layer("a", 1))],
      variables: { K: "v" },
    });
    expect(plan.settings).toBeUndefined();
    expect(plan.variables).toEqual([{ name: "K", change: "unchanged" }]);
  });

  it("sets variables, keeps the others, and tells names only", () => {
    const plan = planAttach(demo({ variables: { KEEP: "1", SAME: "2", OLD: "3" } }), {
      layers: [],
      variables: { SAME: "2", OLD: "secret", NEW: "secret" },
    });
    expect(plan.settings).toEqual({ variables: { KEEP: "1", SAME: "2", OLD: "secret", NEW: "secret" } });
    expect(plan.variables.map(({ name, change }) => `${name} ${change}`)).toEqual([
      "SAME unchanged",
      "OLD changed",
      "NEW added",
    ]);
    expect(JSON.stringify(plan.variables)).not.toContain("secret");
  });

  it("refuses a sixth layer, and still replaces one of five", () => {
    const five = ["a", "b", "c", "d", "e"].map((name) => layer(name, 1));
    const wish = (name: string) => ({ layers: [found(layer(name, 2))], variables: {} });
    expect(() => planAttach(demo({ layers: five }), wish("f"))).toThrow(/would have 6 layers; Lambda takes 5/);
    expect(planAttach(demo({ layers: five }), wish("e")).after[4]).toBe(layer("e", 2));
  });

  it("refuses functions from images", () => {
    const image = demo({ packageType: "Image", runtime: undefined });
    expect(() => planAttach(image, { layers: [found(layer("a", 1))], variables: {} })).toThrow(/container image/);
  });

  it("doesn't write variables back that it could not read", () => {
    const locked = demo({ variablesError: "Lambda was unable to decrypt", layers: [] });
    expect(() => planAttach(locked, { layers: [], variables: { A: "b" } })).toThrow(/cannot be read/);
    const plan = planAttach(locked, { layers: [found(layer("a", 1))], variables: {} });
    expect(plan.settings).toEqual({ layers: [layer("a", 1)] });
  });

  it("refuses more than four kilobytes of variables", () => {
    const wish = { layers: [], variables: { A: "x".repeat(4096) } };
    expect(() => planAttach(demo({}), wish)).toThrow(/would take 4104 bytes; Lambda takes 4096/);
  });
});

describe("planDetach", () => {
  const own = [parseLayerWord("x-{arch}")];

  it("takes every version of the layer, of either architecture, and nothing else", () => {
    const plan = planDetach(demo({ layers: [layer("a", 1), layer("x-arm64", 4), layer("x-x86_64", 2)] }), {
      layers: own,
      variables: {},
    });
    expect(plan.after).toEqual([layer("a", 1)]);
  });

  it("takes back only variables that are still as attach has set them", () => {
    const plan = planDetach(demo({ variables: { OURS: "1", THEIRS: "changed", KEEP: "k" } }), {
      layers: own,
      variables: { OURS: "1", THEIRS: "2", GONE: "3" },
    });
    expect(plan.settings).toEqual({ variables: { THEIRS: "changed", KEEP: "k" } });
    expect(plan.variables.map(({ name, change }) => `${name} ${change}`)).toEqual([
      "OURS removed",
      "THEIRS kept",
      "GONE absent",
    ]);
  });

  it("minds the version where one is named", () => {
    const current = demo({ layers: [layer("a", 1)] });
    expect(planDetach(current, { layers: [parseLayerWord("a:2")], variables: {} }).settings).toBeUndefined();
    expect(planDetach(current, { layers: [parseLayerWord("a:1")], variables: {} }).after).toEqual([]);
    expect(planDetach(current, { layers: [parseLayerWord(layer("a", 1))], variables: {} }).after).toEqual([]);
  });

  it("minds the account where an ARN is named", () => {
    const word = parseLayerWord("arn:aws:lambda:eu-west-1:999999999999:layer:a");
    expect(planDetach(demo({ layers: [layer("a", 1)] }), { layers: [word], variables: {} }).settings).toBeUndefined();
  });
});

describe("parseLayerWord", () => {
  it.each([
    ["demo", { name: "demo", version: undefined, arn: undefined }],
    ["demo:3", { name: "demo", version: 3, arn: undefined }],
    ["demo-{arch}", { name: "demo-{arch}", version: undefined }],
    [layer("demo", 3), { name: "demo", version: 3, arn: layer("demo", 3).slice(0, -2), region: "eu-west-1" }],
    [layer("demo", 3).slice(0, -2), { name: "demo", version: undefined, arn: layer("demo", 3).slice(0, -2) }],
  ])("reads %s", (text, word) => {
    expect(parseLayerWord(text)).toMatchObject(word);
  });

  it.each(["", "a b", "demo:", "demo:x", "arn:aws:lambda:eu-west-1:1:function:f"])("refuses %j", (text) => {
    expect(() => parseLayerWord(text)).toThrow(/names no layer/);
  });
});
