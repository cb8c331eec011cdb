// The READMEs of the templates: every command in them exists, with these flags.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { listTemplates } from "../../src/scaffold/template.ts";

const program = createProgram({ execute: async () => {}, outputError: () => {} });
const templates = await listTemplates();

describe.each(templates)("the README of $id", ({ folder }) => {
  const readme = readFileSync(join(folder, "README.md"), "utf8");
  const blocks = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block = ""]) => block);
  const lines = blocks.flatMap((block) => block.trim().split("\n"));
  const ours = lines.filter((line) => line.startsWith("lambda-ext "));

  test("has nothing but our commands and Go's", () => {
    expect(ours.length).toBeGreaterThan(5);
    expect(lines.filter((line) => !ours.includes(line))).toSatisfy((others: readonly string[]) =>
      others.every((line) => /^go (fmt|vet|test) \.\/\.\.\.$/.test(line)),
    );
  });

  test.each(ours)("%s", (line) => {
    const [, name, ...args] = words(line);
    const command = program.commands.find((candidate) => candidate.name() === name);
    expect(command, `there is no command ${name}`).toBeDefined();
    // What the command does not know is left for the global flags.
    const { unknown } = command?.parseOptions(args) ?? {};
    expect(program.parseOptions(unknown ?? []).unknown).toEqual([]);
  });
});

/** As a shell splits them; the READMEs have single quotes alone. */
function words(line: string): string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? "");
}
