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

  it("lets nothing in a cell steer the terminal, or begin a line", () => {
    expect(show([["1", "\u001b[2Jx", "y\nz"]])[1]).toBe("1  \\u{1b}[2Jx  y\\u{a}z");
  });

  it("breaks the last column between words where there is a terminal", () => {
    const rows = [["1", "x", "one two three four five six seven eight nine"]];
    expect(show(rows, 45)).toEqual([
      "A  LONG  LAST",
      "1  x     one two three four five six seven",
      "         eight nine",
    ]);
    expect(show(rows)).toEqual(["A  LONG  LAST", "1  x     one two three four five six seven eight nine"]);
  });

  it("puts it below where too little would be left to it, and leaves a word whole that is longer than the line", () => {
    const rows = [
      ["1", "x", "one two three"],
      ["2", "y", ""],
      ["3", "z", "averyveryverylongword b"],
    ];
    expect(show(rows, 18)).toEqual([
      "A  LONG",
      "      LAST",
      "1  x",
      "      one two",
      "      three",
      "2  y",
      "3  z",
      "      averyveryverylongword",
      "      b",
    ]);
    // What fits stays where it is.
    expect(show([["1", "x", "y"]], 18)).toEqual(["A  LONG  LAST", "1  x     y"]);
  });

  it("paints a cell without its padding's getting in the way", () => {
    const text = table({
      headings: ["A", "B"],
      rows: [
        [{ text: "x", paint: (cell) => `<${cell}>` }, "y"],
        ["long", "z"],
      ],
      columns: undefined,
      // Whoever colours takes all that it is given.
      paintHeading: (...words: string[]) => words.join("|"),
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
