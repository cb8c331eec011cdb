// Which exit status a publish has earned.
import { describe, expect, it } from "vitest";
import { standingOf, statusOf } from "../../src/publish/standing.ts";

const layers = (text: string) =>
  text.split(" ").map((word) => ({ region: word.replace("!", ""), failed: word.endsWith("!") }));

describe("where a publish stands", () => {
  it("counts a region as complete only where both architectures are", () => {
    expect(standingOf(layers("a a b b! c! c! d"), ["c", "z"])).toEqual({
      complete: ["a", "d"],
      missing: ["b"],
      allowed: ["c"],
    });
  });

  it.each([
    ["a b c", [], 1, 0],
    ["a b! c", [], 1, 3],
    ["a b! c", ["b"], 1, 0],
    ["a! b! c!", [], 1, 1],
    // Nothing is nothing, whoever may be missing.
    ["a! b!", ["a", "b"], 1, 1],
    ["a b! c", [], 2, 3],
    ["a b! c!", [], 2, 1],
    ["a b! c!", ["b", "c"], 2, 1],
    // Of fewer regions than these, all are needed.
    ["a b", [], 30, 0],
    ["a b!", [], 30, 1],
  ])("%s with %j allowed to fail and at least %i is %i", (regions, allowFail, minRegions, status) => {
    const tolerance = { allowFail, minRegions };
    expect(statusOf(standingOf(layers(regions), allowFail), tolerance)).toBe(status);
  });

  it("is not content with fewer regions than it takes, where nobody has named them", () => {
    const standing = standingOf(layers("a b"), []);
    expect(statusOf(standing, { allowFail: [], minRegions: 30, everywhere: true })).toBe(1);
    expect(statusOf(standing, { allowFail: [], minRegions: 2, everywhere: true })).toBe(0);
  });
});
