// What was published where, in as few words as tell it.
import { describe, expect, it } from "vitest";
import { summarize } from "../../../src/cli/publish/summary.ts";
import type { Architecture } from "../../../src/model/architecture.ts";
import type { PublishOutcome } from "../../../src/publish/apply/outcome.ts";

function outcome(
  region: string,
  version: number | "failed",
  layerName = "demo-arm64",
  architecture: Architecture = "arm64",
): PublishOutcome {
  const common = { region, architecture, layerName, codeSha256: "x" };
  if (version === "failed") return { ...common, result: "failed", error: { code: "C", message: "m", hint: "" } };
  return { ...common, result: "published", version };
}

const texts = (...outcomes: PublishOutcome[]) =>
  summarize(outcomes).map(({ text, whole }) => `${whole ? "✓" : "✗"} ${text}`);

describe("the summary", () => {
  it("is a line for each layer where the number is the same everywhere", () => {
    const outcomes = ["a", "b", "c"].flatMap((region) => [
      outcome(region, 7, "demo-x86_64", "x86_64"),
      outcome(region, 7),
    ]);
    expect(texts(...outcomes)).toEqual(["✓ demo-x86_64 :7 in 3 regions", "✓ demo-arm64 :7 in 3 regions"]);
    expect(texts(outcome("eu-west-1", 1))).toEqual(["✓ demo-arm64 :1 in eu-west-1"]);
    expect(texts(outcome("a", 1), outcome("b", 1))).toEqual(["✓ demo-arm64 :1 in a and b"]);
  });

  it("lists the regions that differ", () => {
    expect(texts(outcome("a", 3), outcome("b", 7), outcome("c", 7), outcome("d", 7), outcome("e", 2))).toEqual([
      "✓ demo-arm64 :7 in 3 regions, :3 in a, :2 in e",
    ]);
  });

  it("lists those that failed, unless all did", () => {
    expect(texts(outcome("a", 7), outcome("b", "failed"), outcome("c", "failed"), outcome("d", "failed"))).toEqual([
      "✗ demo-arm64 :7 in a; failed in b, c, d",
    ]);
    expect(texts(outcome("a", "failed"), outcome("b", "failed"), outcome("c", "failed"))).toEqual([
      "✗ demo-arm64 failed in 3 regions",
    ]);
  });

  it("tells architectures apart that share a name", () => {
    expect(texts(outcome("a", 1, "demo", "x86_64"), outcome("a", 2, "demo"))).toEqual([
      "✓ demo (x86_64) :1 in a",
      "✓ demo (arm64) :2 in a",
    ]);
  });
});
