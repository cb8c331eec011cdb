// go.mod and go.sum of a new module, cut out of larger ones.
import { expect, test } from "vitest";
import { moveGoMod, trimGoSum } from "../../src/scaffold/go-module.ts";

const goMod = `module example.com/templates

go 1.26

require (
	example.com/a v1.0.0
	example.com/b v2.0.0+incompatible
	example.com/c/v3 v3.1.4
)

require (
	example.com/d v0.0.1 // indirect
	example.com/e v0.0.2 // indirect
)
`;

test.each([
  [[], "module m\n\ngo 1.26\n"],
  [["example.com/a"], "module m\n\ngo 1.26\n\nrequire example.com/a v1.0.0\n"],
  [
    ["example.com/b", "example.com/c/v3", "example.com/d"],
    "module m\n\ngo 1.26\n\nrequire (\n\texample.com/b v2.0.0+incompatible\n\texample.com/c/v3 v3.1.4\n)\n\nrequire example.com/d v0.0.1 // indirect\n",
  ],
  [
    ["example.com/a", "example.com/d", "example.com/e"],
    "module m\n\ngo 1.26\n\nrequire example.com/a v1.0.0\n\nrequire (\n\texample.com/d v0.0.1 // indirect\n\texample.com/e v0.0.2 // indirect\n)\n",
  ],
])("go.mod keeps %j", (modules, expected) => {
  expect(moveGoMod(goMod, { module: "m", modules })).toBe(expected);
  // A single requirement stands on a line of its own: what was written is read again.
  expect(moveGoMod(expected, { module: "m", modules })).toBe(expected);
});

test("a go.mod without a Go version is a bug", () => {
  expect(() => moveGoMod("module m\n", { module: "m", modules: [] })).toThrow("names no Go version");
});

test("go.sum keeps whole module paths", () => {
  const goSum = "example.com/a v1.0.0 h1:1=\nexample.com/a v1.0.0/go.mod h1:2=\nexample.com/a/b v1.0.0 h1:3=\n";
  expect(trimGoSum(goSum, ["example.com/a"])).toBe(goSum.split("\n").slice(0, 2).join("\n").concat("\n"));
  expect(trimGoSum(goSum, [])).toBe("");
});
