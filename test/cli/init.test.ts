// init as a person types it, with the bundle that ships.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { listTemplates } from "../../src/scaffold/template.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { screenAfter } from "../support/screen.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const templates = await listTemplates();

const functionFiles = [
  ".github/workflows/ci.yml",
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
    expect(readdirSync(cwd).sort()).toEqual([".github", ...functionFiles.slice(1)]);
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

  test("--region and --option are written where they belong", async () => {
    const cwd = temporaryFolder();
    const args = ["--template", "parameter-store", "--region", "eu-west-1", "--option", "parameter=/my.app/x=y"];
    const refused = await runCli(["init", "x", ...args], { cwd });
    expect(refused.code).toBe(2);
    expect(readdirSync(cwd)).toEqual([]);
    args[args.length - 1] = "parameter=/my.app/config";
    expect(await runCli(["init", "x", ...args], { cwd })).toMatchObject({ code: 0, stderr: "" });
    const configuration = readFileSync(join(cwd, "x", "lambda-ext.jsonc"), "utf8");
    expect(configuration).toContain('  "kind": "extension",\n  "region": "eu-west-1",\n');
    expect(configuration).toContain('"PARAMETER_NAME": "/my.app/config"');
    expect(configuration).toContain("  // ");
  });

  test("--list has one line for each template, --json all that it lets one choose", async () => {
    const { code, stdout } = await runCli(["init", "--list"]);
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => line.split(/ {2,}/))).toEqual(templates.map(({ id, summary }) => [id, summary]));
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    const document = JSON.parse((await runCli(["init", "--list", "--json"])).stdout);
    expect(document.schemaVersion).toBe(1);
    expect(document.templates).toHaveLength(templates.length);
    expect(document.templates).toContainEqual({
      template: "parameter-store",
      name: "parameter-store-extension",
      summary: expect.any(String),
      options: [{ name: "parameter", summary: expect.any(String), default: "/lambda-ext/demo/config" }],
    });
  });

  test("helps with examples that work", async () => {
    const { stdout } = await runCli(["init", "--help"]);
    const examples = stdout.split("\n").filter((line) => line.startsWith("  $ lambda-ext init"));
    expect(examples.length).toBeGreaterThanOrEqual(2);
    for (const example of examples) {
      const cwd = temporaryFolder();
      const words = example.replace(/ +#.*/, "").trim().split(" ");
      expect(await runCli(words.slice(2), { cwd }), example).toMatchObject({ code: 0, stderr: "" });
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

  test.each<[readonly string[], object]>([
    [
      ["--option", "paramter=/x"],
      {
        code: "UnknownOption",
        message: 'The template parameter-store has no option "paramter".',
        hint: "Did you mean parameter? It has parameter.",
      },
    ],
    [
      ["--option", "parameter=no slash"],
      {
        code: "InvalidOption",
        message: 'The option parameter of the template parameter-store cannot be "no slash".',
        hint: "It is a path of letters, digits, _ . and -, which begins with a slash, e.g. /lambda-ext/demo/config.",
      },
    ],
    [
      ["--region", "frankfurt"],
      { code: "InvalidRegion", message: '"frankfurt" is not a region.', hint: "A region looks like eu-central-1." },
    ],
  ])("%j", async (argv, error) => {
    expect(await refusal(["--template", "parameter-store", ...argv])).toEqual(error);
  });

  test("an option of a template that has none", async () => {
    const error = await refusal(["--template", "function-go", "--option", "x=y"]);
    expect(error).toMatchObject({ code: "UnknownOption", hint: "It has none." });
  });

  test("--list together with a folder, or with what a project would be", async () => {
    expect(await refusal(["here", "--list"])).toMatchObject({ code: "ListAndFolder" });
    const { code, stderr } = await runCli(["init", "--list", "--name", "x"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("cannot be used with")]);
    const { stderr: words } = await runCli(["init", "--template", "function-go", "--option", "x"]);
    expect(words).toContain("It is NAME=VALUE");
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
      if (/Number or name: |\w\]: /.test(String(chunk))) child.stdin.write(left.shift() ?? "\x03");
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    const screen = await text(child.stdout);
    return { code: await ended, screen };
  }

  test("asks for the template", async () => {
    const cwd = temporaryFolder();
    const number = templates.findIndex(({ id }) => id === "function-go") + 1;
    const { code, screen } = await type(cwd, [`${number}\r`, "\r", "\r"]);
    expect(screen).toMatch(/Which template\?\s+1 {2}/);
    expect(screen).toMatch(new RegExp(`  ${number}  function-go +a Go function`));
    expect(code).toBe(0);
    const menu = screen.split("\n").filter((line) => /^ {2}\d /.test(line));
    expect(Math.max(...menu.map((line) => line.trimEnd().length))).toBeLessThanOrEqual(80);
    expect(readdirSync(cwd)).toEqual(["function-go"]);
  });

  test("asks again until it is one, and takes its name too", async () => {
    const cwd = temporaryFolder();
    const { code, screen } = await type(
      cwd,
      [`${templates.length + 1}\r`, "functiongo\r", "function-go\r", "\r", "\r"],
      ["here"],
    );
    expect(screen).toContain(`A number from 1 to ${templates.length}, or a name from the list.`);
    expect(screen).toContain("Did you mean function-go?");
    expect(code).toBe(0);
    expect(readdirSync(cwd)).toEqual(["here"]);
  });

  test("asks for name, region and what the template lets one choose, each until it can be taken", async () => {
    const cwd = temporaryFolder();
    const answers = ["parameter-store", "my config", "my-config", "frankfurt", "eu-central-1", "x y", "/my/config"];
    const { code, screen } = await type(
      cwd,
      answers.map((answer) => `${answer}\r`),
    );
    expect(screen).toContain("Name [parameter-store-extension]: ");
    expect(screen).toContain('The name "my config" cannot be used for an extension and its layers. Letters, ');
    expect(screen).toContain("Region [as for the AWS CLI]: ");
    expect(screen).toContain("A region looks like eu-central-1.");
    expect(screen).toContain("The parameter that it reads [/lambda-ext/demo/config]: ");
    expect(screen).toContain("It is a path of letters, ");
    // Each is echoed once: this is how a terminal shows it, whatever moves the cursor on the way.
    for (const answer of answers.slice(1)) {
      expect(screenAfter(screen)).toContainEqual(expect.stringMatching(new RegExp(`\\]: ${answer}$`)));
    }
    expect(code).toBe(0);
    expect(readdirSync(cwd)).toEqual(["my-config"]);
    const configuration = readFileSync(join(cwd, "my-config", "lambda-ext.jsonc"), "utf8");
    for (const text of ['"name": "my-config"', '"region": "eu-central-1"', '"PARAMETER_NAME": "/my/config"']) {
      expect(configuration).toContain(text);
    }
  });

  test("a question with few answers names them", async () => {
    const { screen } = await type(temporaryFolder(), ["extension-go\r", "\r", "\r", "telemetry\r"]);
    expect(screenAfter(screen)).toContain("What it hears: no_telemetry, telemetry or logs [no_telemetry]: telemetry");
  });

  test("does not ask for what was said, and takes a template's own where nothing is typed", async () => {
    const cwd = temporaryFolder();
    const said = ["--name", "mine", "--region", "us-east-2"];
    const { code, screen } = await type(cwd, ["parameter-store\r", "\r"], said);
    expect(code).toBe(0);
    expect(screen).not.toContain("Name [");
    expect(screen).not.toContain("Region [");
    expect(readFileSync(join(cwd, "mine", "lambda-ext.jsonc"), "utf8")).toContain("/lambda-ext/demo/config");
  });

  test("ends on Ctrl-C at any question, and leaves nothing", async () => {
    const cwd = temporaryFolder();
    const { code } = await type(cwd, ["parameter-store\r", "mine\r", "\x03"]);
    expect(code).toBe(130);
    expect(readdirSync(cwd)).toEqual([]);
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
