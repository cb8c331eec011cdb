// init as a person types it, with the bundle that ships.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listTemplates } from "../../src/scaffold/template.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const templates = await listTemplates();

const functionFiles = [
  ".gitignore",
  "README.md",
  "go.mod",
  "go.sum",
  "lambda-ext.jsonc",
  "lambda-ext.schema.json",
  "main.go",
  "main_test.go",
  "signatures_test.go",
];

describe("init", () => {
  test("makes a project in a folder of the template's name and says what to type next", async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await runCli(["init", "--template", "parameter-store"], { cwd });
    expect(stderr).toBe("");
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Made parameter-store-extension in parameter-store from the template parameter-store: \d+ files\.\n/,
    );
    expect(stdout).toContain("\n  cd parameter-store\n  go test ./...\n  lambda-ext build\n");
    expect(readdirSync(cwd)).toEqual(["parameter-store"]);
    expect(existsSync(join(cwd, "parameter-store", "internal", "extension", "client.go"))).toBe(true);
  });

  test("puts it into a folder of the project's name where there is one", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await runCli(["init", "--template", "function-go", "--name", "orders"], { cwd });
    expect(stdout).toContain("Made orders in orders from the template function-go");
    expect(readdirSync(cwd)).toEqual(["orders"]);
  });

  test("the folder's name does not count", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await runCli(["init", "It's mine", "--template", "function-go"], { cwd });
    expect(stdout).toContain("Made function-go in It's mine");
    expect(stdout).toContain(`\n  cd 'It'\\''s mine'\n`);
  });

  test.each([
    ["-lead", "cd ./-lead"],
    ["it's here", "cd 'it'\\''s here'"],
  ])("says how to get into %j", async (folder, line) => {
    const cwd = temporaryFolder();
    const { stdout } = await runCli(["init", "--template", "function-go", "--", folder], { cwd });
    expect(stdout).toContain(`\n  ${line}\n`);
    expect(spawnSync("sh", ["-ec", line], { cwd })).toMatchObject({ status: 0 });
  });

  test("fills the working folder where it is empty, and then there is nowhere to go", async () => {
    const cwd = temporaryFolder();
    const { stdout } = await runCli(["init", ".", "--template", "function-go"], { cwd });
    expect(readdirSync(cwd).sort()).toEqual(functionFiles);
    expect(stdout).not.toContain("  cd ");
  });

  test("--json prints one document", async () => {
    const cwd = temporaryFolder();
    const { code, stdout, stderr } = await runCli(["init", "here", "--template", "function-go", "--json"], { cwd });
    expect(code).toBe(0);
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual({
      schemaVersion: 1,
      template: "function-go",
      name: "function-go",
      directory: join(cwd, "here"),
      files: functionFiles,
    });
    expect(Object.keys(JSON.parse(stdout))[0]).toBe("schemaVersion");
  });

  test("helps with examples that work", async () => {
    const { stdout } = await runCli(["init", "--help"]);
    const examples = stdout.split("\n").filter((line) => line.startsWith("  $ lambda-ext init"));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) {
      const cwd = temporaryFolder();
      expect(await runCli(example.split(" ").slice(4), { cwd })).toMatchObject({ code: 0, stderr: "" });
    }
  });
});

describe("init refuses", () => {
  async function refusal(argv: readonly string[], prepare: (cwd: string) => void = () => {}) {
    const cwd = temporaryFolder();
    prepare(cwd);
    const before = readdirSync(cwd);
    const person = await runCli(["init", ...argv], { cwd });
    const program = await runCli(["init", ...argv, "--json"], { cwd });
    expect(person.code).toBe(2);
    expect(program.code).toBe(2);
    expect(person.stdout).toBe("");
    expect(readdirSync(cwd)).toEqual(before);
    const { error } = JSON.parse(program.stdout);
    expect(person.stderr).toBe(`✗ ${error.message}\n  ${error.hint}\n`);
    return error;
  }

  test("to guess a template where nobody can be asked", async () => {
    expect(await refusal([])).toEqual({
      code: "NoTemplate",
      message: "No template was named.",
      hint: expect.stringMatching(
        /^The templates are .*function-go, .*parameter-store.*: lambda-ext init --template [\w-]+$/,
      ),
    });
  });

  test.each([
    ["paramter-store", "Did you mean parameter-store? "],
    ["Function-Go", "Did you mean function-go? "],
    ["function", "Did you mean function-go? "],
    ["rust", ""],
    ["", ""],
    ["../templates", ""],
    ["internal", ""],
  ])("the template %j", async (template, meant) => {
    expect(await refusal(["--template", template])).toEqual({
      code: "UnknownTemplate",
      message: `There is no template ${JSON.stringify(template)}.`,
      hint: expect.stringMatching(
        new RegExp(`^${meant.replaceAll("?", "\\?")}The templates are .*function-go, .*parameter-store.*\\.$`),
      ),
    });
  });

  test("a bad name", async () => {
    const error = await refusal(["--template", "function-go", "--name", "my extension"]);
    expect(error).toMatchObject({ code: "InvalidName", hint: expect.stringContaining("e.g. my-extension") });
  });

  test("to touch a folder that holds something", async () => {
    const error = await refusal(["there", "--template", "function-go"], (cwd) => {
      mkdirSync(join(cwd, "there"));
      writeFileSync(join(cwd, "there", "thesis.txt"), "");
    });
    expect(error).toMatchObject({ code: "FolderNotEmpty", message: expect.stringMatching(/there is not empty\.$/) });
  });

  test("a misspelt flag, and names the right one", async () => {
    const { code, stderr } = await runCli(["init", "--templat", "function-go"]);
    expect(code).toBe(2);
    expect(stderr).toContain("Did you mean --template?");
  });
});

// util-linux and the BSDs disagree about script's arguments; these are the former's.
const noTerminal = process.platform !== "linux" || missing("script");

describe.skipIf(noTerminal)("init on a terminal (needs util-linux's script)", () => {
  /** Types the answers, each at a prompt, and gives back the exit status and what was on the screen. */
  async function type(cwd: string, answers: readonly string[], argv: readonly string[] = []) {
    const { CI: _, ...env } = process.env;
    const command = [process.execPath, bin, "init", ...argv].map((word) => `'${word}'`).join(" ");
    const child = spawn(findTool("script") ?? "script", ["-qec", command, "/dev/null"], { cwd, env });
    const left = [...answers];
    child.stdout.on("data", (chunk) => {
      if (String(chunk).includes("Number or name:")) child.stdin.write(left.shift() ?? "\x03");
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const screen = await text(child.stdout);
    return { code: await ended, screen };
  }

  test("asks for the template", async () => {
    const cwd = temporaryFolder();
    const number = templates.findIndex(({ id }) => id === "function-go") + 1;
    const { code, screen } = await type(cwd, [`${number}\r`]);
    expect(screen).toMatch(/Which template\?\s+1 {2}/);
    expect(screen).toMatch(new RegExp(`  ${number}  function-go +a Go function`));
    expect(code).toBe(0);
    const menu = screen.split("\n").filter((line) => /^ {2}\d /.test(line));
    expect(Math.max(...menu.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(80);
    expect(readdirSync(cwd)).toEqual(["function-go"]);
  });

  test("asks again until it is one, and takes its name too", async () => {
    const cwd = temporaryFolder();
    const { code, screen } = await type(cwd, [`${templates.length + 1}\r`, "functiongo\r", "function-go\r"], ["here"]);
    expect(screen).toContain(`A number from 1 to ${templates.length}, or a name from the list.`);
    expect(screen).toContain("Did you mean function-go?");
    expect(code).toBe(0);
    expect(readdirSync(cwd)).toEqual(["here"]);
  });

  test.each([
    ["Ctrl-C", "\x03"],
    ["Ctrl-D", "\x04"],
  ])("ends on %s and leaves nothing", async (_, key) => {
    const cwd = temporaryFolder();
    const { code, screen } = await type(cwd, [key]);
    expect(code).toBe(130);
    expect(screen).toMatch(/Number or name: [^\n]*\n[^\n]*Interrupted\./);
    expect(readdirSync(cwd)).toEqual([]);
  });

  test("asks nothing where the template is named, nor with --yes", async () => {
    const cwd = temporaryFolder();
    const named = await type(cwd, [], ["--template", "function-go"]);
    expect(named.code).toBe(0);
    const yes = await type(cwd, [], ["--yes"]);
    expect(yes).toMatchObject({ code: 2, screen: expect.stringContaining("No template was named.") });
  });
});
