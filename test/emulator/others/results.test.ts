// Holds what the README says of programs that others wrote to the record of their runs. The runs themselves were made by hand: see the README here.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { packageRoot } from "../../../src/model/package.ts";

const folder = join(packageRoot, "test", "emulator", "others");
const text = v.pipe(v.string(), v.minLength(1));

/** What a program is, or does, that makes it worth running. */
const kinds = [
  ...["external", "internal", "function", "vendor"],
  ...["telemetry", "logs", "proxy", "web-adapter", "wrapper", "script-entry", "script-runtime", "streaming"],
  ...["holds-next", "ignores-shutdown", "exits-early", "sigterm"],
];

/** What came of a run: as its authors say; a failure of its own that looks as on Lambda; or it names a place that only isolation gives. */
const levels = ["bwrap", "namespace", "none"] as const;
const outcomes = ["works", "fails-as-on-lambda", "needs-isolation"] as const;

const run = v.strictObject({
  isolation: v.picklist(levels),
  outcome: v.picklist(outcomes),
  /** Milliseconds, the shortest of the runs: others used the machine too. */
  initMs: v.optional(v.pipe(v.number(), v.minValue(0))),
  /** Of `lambda-ext invoke`, one after the other: 0, or 4 for a function error. */
  exitStatuses: v.optional(v.array(v.picklist([0, 4]))),
  saw: text,
});

const record = v.strictObject({
  schemaVersion: v.literal(1),
  recorded: v.pipe(v.string(), v.isoDate()),
  machine: text,
  programs: v.array(
    v.strictObject({
      name: text,
      /** On GitHub. */
      repository: v.pipe(v.string(), v.regex(/^[\w.-]+\/[\w.-]+$/)),
      commit: v.pipe(v.string(), v.regex(/^[0-9a-f]{40}$/)),
      version: v.optional(text),
      language: v.picklist(["Go", "Rust", "Python", "Node.js", "Shell"]),
      kinds: v.pipe(v.array(v.picklist(kinds)), v.minLength(1)),
      ran: text,
      runs: v.array(run),
    }),
  ),
  /** Several environments at a time. */
  together: v.array(v.strictObject({ programs: v.array(text), ran: text, saw: text })),
});

const { programs, together } = v.parse(record, JSON.parse(readFileSync(join(folder, "results.json"), "utf8")));
const distinct = new Set(programs.map(({ repository, name }) => `${repository} ${name}`));
const workIn = (isolation: string) =>
  programs.filter(({ runs }) => runs.some((one) => one.isolation === isolation && one.outcome === "works"));

describe("the record of programs that others wrote", () => {
  test("covers every language and every kind, and each level for each program", () => {
    expect(distinct.size).toBeGreaterThanOrEqual(30);
    expect(new Set(programs.map(({ language }) => language)).size).toBe(5);
    expect(new Set(programs.flatMap((program) => program.kinds))).toEqual(new Set(kinds));
    for (const { name, runs } of programs) {
      expect(
        runs.map(({ isolation }) => isolation),
        name,
      ).toEqual([...levels]);
    }
  });

  test("what works was invoked without an error, unless it is one to cause or to wait for them; what does not says why", () => {
    for (const { name, kinds, runs } of programs) {
      for (const { outcome, exitStatuses = [], saw } of runs) {
        if (outcome === "works" && !kinds.includes("holds-next"))
          expect(new Set(exitStatuses), name).toEqual(new Set([0]));
        if (outcome === "fails-as-on-lambda") expect(kinds, name).toContain("exits-early");
        if (outcome === "needs-isolation") expect(saw, name).toMatch(/\/opt|\/var\/task|sandbox|\/bin\/sh/);
      }
    }
  });

  test("what ran together is among them", () => {
    const names = programs.map(({ name }) => name);
    expect(together.length).toBeGreaterThan(0);
    for (const one of together) expect(names).toEqual(expect.arrayContaining(one.programs));
  });

  test("at least ten work in every level, in all five languages with isolation", () => {
    for (const level of levels) expect(workIn(level).length, level).toBeGreaterThanOrEqual(10);
    for (const level of ["bwrap", "namespace"]) {
      expect(new Set(workIn(level).map(({ language }) => language)).size, level).toBe(5);
    }
  });

  test("is the table of the README here (UPDATE_README=1 writes it)", () => {
    const file = join(folder, "README.md");
    const readme = readFileSync(file, "utf8");
    const updated = readme.replace(
      /(<!-- results -->\n)[\s\S]*(<!-- \/results -->)/,
      (_, begin, end) => `${begin}${table()}${end}`,
    );
    if (process.env.UPDATE_README) writeFileSync(file, updated);
    expect(readme).toBe(updated);
  });

  test("is what the project's README says", () => {
    expect(readFileSync(join(packageRoot, "README.md"), "utf8")).toContain(
      `[${distinct.size} programs that others wrote](test/emulator/others/README.md)`,
    );
  });
});

function table(): string {
  const rows = programs.map((program) => {
    const { name, repository, commit, language, ran } = program;
    const at = `[${name}](https://github.com/${repository}/tree/${commit})`;
    const results = program.runs.map(({ outcome, initMs, saw }) => {
      const init = initMs === undefined ? "" : ` (INIT ${Math.round(initMs)} ms)`;
      return `**${outcome}**${init}: ${saw}`;
    });
    return `| ${[at, language, program.kinds.join(", "), ran, ...results].map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |\n`;
  });
  const head = ["program", "language", "what it is", "how it was run", ...levels.map((level) => `\`${level}\``)];
  const beside = together.map(({ programs: names, ran, saw }) => `- ${names.join(" and ")}, ${ran}: ${saw}\n`);
  return `| ${head.join(" | ")} |\n| ${head.map(() => "---").join(" | ")} |\n${rows.join("")}\nSeveral at a time:\n\n${beside.join("")}`;
}
