// Tables for people.
import { describe, expect, it } from "vitest";
import { ageOf } from "../../src/cli/age.ts";
import { table } from "../../src/cli/table.ts";

const headings = ["A", "LONG", "LAST"];
const show = (rows: string[][], columns?: number) =>
  table({ headings, rows, columns, paintHeading: (text) => text }).split("\n");

describe("table", () => {
  it("makes columns as wide as they have to be, and leaves no blanks at the end", () => {
    expect(
      show([
        ["1", "x", "y"],
        ["12345", "", ""],
      ]),
    ).toEqual(["A      LONG  LAST", "1      x     y", "12345"]);
  });

  it("breaks the last column between words where there is a terminal", () => {
    const rows = [["1", "x", "one two three four five six"]];
    expect(show(rows, 30)).toEqual(["A  LONG  LAST", "1  x     one two three four", "         five six"]);
    expect(show(rows)).toEqual(["A  LONG  LAST", "1  x     one two three four five six"]);
  });

  it("leaves a word whole that is longer than the line", () => {
    expect(show([["1", "x", "averyveryverylongword b"]], 12)).toEqual([
      "A  LONG  LAST",
      "1  x     averyveryverylongword",
      "         b",
    ]);
  });

  it("paints a cell without its padding's getting in the way", () => {
    const text = table({
      headings: ["A", "B"],
      rows: [
        [{ text: "x", paint: (cell) => `<${cell}>` }, "y"],
        ["long", "z"],
      ],
      columns: undefined,
      paintHeading: (heading) => heading,
    });
    expect(text).toBe("A     B\n<x   >  y\nlong  z");
  });
});

describe("ageOf", () => {
  const now = Date.UTC(2026, 10, 21, 10);
  it.each([
    ["2026-11-21T10:00:00.000+0000", "0 s"],
    ["2026-11-21T10:00:05.000+0000", "0 s"],
    ["2026-11-21T09:59:20.000+0000", "40 s"],
    ["2026-11-21T09:00:00.000+0000", "1 h"],
    ["2026-10-22T10:00:00.000+0000", "30 d"],
    ["2024-11-01T10:00:00.000+0000", "2 y"],
    ["2026-11-21T09:30:00Z", "30 min"],
    ["", ""],
  ])("%s is %s", (created, age) => {
    expect(ageOf(created, now)).toBe(age);
  });
});
