// Every line of the contract has a row, every row a line, and whatever is not judged a reason.
import { expect, test } from "vitest";
import { lines, notJudged, rieDifferences } from "./lines.ts";
import { scenes } from "./scenes.ts";

const known = Object.entries(lines).flatMap(([section, names]) => names.map((name) => lineOf(`${section}/${name}`)));
const rows = scenes.flatMap((scene) => scene.rows.map((row) => ({ ...row, scene: scene.name })));
const judged = new Set(rows.map(({ id }) => lineOf(id)));

/** `7.5/exit` and `7/5/exit` are the same trap; what follows a colon or a bracket is what of it. */
function lineOf(id: string): string {
  const [line = ""] = id.split(/: | \(/);
  return line.replace(/^7\/(\d+)\//, "7.$1/");
}

test("every line has a row", () => {
  expect(known.filter((line) => !judged.has(line))).toEqual([]);
});

test("every row has a line", () => {
  expect([...judged].filter((line) => !known.includes(line))).toEqual([]);
});

test("what is not judged has a reason, and no row", () => {
  for (const [line, reason] of Object.entries(notJudged)) {
    expect(reason.length).toBeGreaterThan(10);
    expect(judged.has(lineOf(line))).toBe(false);
  }
  for (const { id, none, rie } of rows) {
    if (none !== undefined) expect(none, id).not.toBe("");
    if (rie && "notJudged" in rie) expect(rie.notJudged, id).not.toBe("");
  }
});

test("a row's name is its own", () => {
  const names = rows.map(({ id, scene, look }) => `${id} (${scene}, ${look})`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(new Set(scenes.map(({ name }) => name)).size).toBe(scenes.length);
});

test("what AWS's emulator does otherwise is in the contract, or is said not to be", () => {
  const named = new Set(rows.flatMap(({ rie }) => (rie && "differs" in rie ? [rie.differs] : [])));
  const unlisted = [...named].filter((difference) => !rieDifferences.includes(difference));
  expect(unlisted.filter((difference) => !difference.startsWith("unlisted: "))).toEqual([]);
  expect(rieDifferences.filter((difference) => !named.has(difference))).toEqual([]);
});
