// The READMEs of the templates: every command in them exists, with these flags.
import { describe, expect, test } from "vitest";
import { createProgram } from "../../src/cli/program.ts";
import { listTemplates } from "../../src/scaffold/template.ts";
import { readmeLines, wordsOf } from "../templates/readme-lines.ts";

const program = createProgram({ execute: async () => {}, outputError: () => {}, writeErr: () => {} });
const templates = await listTemplates();

describe.each(templates)("the README of $id", ({ folder }) => {
  const lines = readmeLines(folder);
  const ours = lines.filter((line) => line.startsWith("lambda-ext "));

  test("has nothing but our commands, Go's, and AWS's where there is no other way", () => {
    expect(ours.length).toBeGreaterThan(5);
    const others =
      /^(go (fmt|vet|test) \.\/\.\.\.|CGO_ENABLED=0 GOOS=linux GOARCH=\w+ go build .*|aws (s3|s3api|cloudformation|dynamodb) .*)$/;
    for (const line of lines) if (!ours.includes(line)) expect(line).toMatch(others);
  });

  test.each(ours)("%s", (line) => {
    const [, name, ...args] = wordsOf(line);
    const command = program.commands.find((candidate) => candidate.name() === name);
    expect(command, `there is no command ${name}`).toBeDefined();
    // What the command does not know is left for the global flags.
    const { unknown } = command?.parseOptions(args) ?? {};
    expect(program.parseOptions(unknown ?? []).unknown).toEqual([]);
  });
});
