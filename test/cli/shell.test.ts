// Wrong usage, help, --json on failure, exit status, pipes: the shell around every command.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { commands } from "../../src/cli/commands.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

describe("the shell", () => {
  it("lists every command in its help, on stdout", async () => {
    const { code, stdout, stderr } = await runCli(["--help"]);
    expect(code).toBe(0);
    expect(stderr).toBe("");
    for (const { name } of commands) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  });

  it.each(commands.map(({ name }) => name))("gives %s a help with an example", async (name) => {
    const { code, stdout } = await runCli([name, "--help"]);
    expect(code).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}\$ lambda-ext /);
    expect(stdout).toContain("--json");
  });

  it("keeps its help within 80 columns", async () => {
    for (const { name } of commands) {
      const { stdout } = await runCli([name, "--help"], { env: { COLUMNS: "80" } });
      const help = stdout.slice(0, stdout.indexOf("Examples:"));
      expect(help.split("\n").filter((line) => line.length > 80)).toEqual([]);
    }
  });

  it("without a command prints the help on stderr and exits 2", async () => {
    const { code, stdout, stderr } = await runCli([]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: lambda-ext");
  });

  it.each([
    [["bild"], "Did you mean build?"],
    [["build", "--jsno"], "Did you mean --json?"],
    [["build", "--arhc", "arm64"], "Did you mean --arch?"],
  ])("names the nearest right word for %j", async (argv, suggestion) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(suggestion);
  });

  it("names the nearest key of the configuration", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "lambda-ext.jsonc"), '{ "layer": { "licence": "MIT" } }');
    const { code, stderr } = await runCli(["build"], { cwd: folder });
    expect(code).toBe(2);
    expect(stderr).toContain("license");
  });

  it.each([[["bild", "--json"]], [["build", "--arch", "sparc", "--json"]], [["build", "--nope", "--json"]]])(
    "under --json answers %j with one document and nothing on stderr",
    async (argv) => {
      const { code, stdout, stderr } = await runCli(argv);
      expect(code).toBe(2);
      expect(stderr).toBe("");
      const document = JSON.parse(stdout);
      expect(Object.keys(document.error)).toEqual(["code", "message", "hint"]);
      expect(document.error.message).not.toBe("");
    },
  );

  it("says what was wrong, and what to do, on two lines", async () => {
    expect((await runCli(["build", "--wrong"])).stderr).toBe(
      "✗ Unknown option '--wrong'.\n  Run the command with --help.\n",
    );
    expect((await runCli(["bild"])).stderr).toBe("✗ Unknown command 'bild'.\n  Did you mean build?\n");
  });

  it.each([[[]], [["local"]]])("where no command is named, prints help or, under --json, says so: %j", async (argv) => {
    const help = await runCli(argv);
    expect(help).toMatchObject({ code: 2, stdout: "", stderr: expect.stringMatching(/^Usage: lambda-ext/) });
    const { code, stdout, stderr } = await runCli([...argv, "--json"]);
    expect([code, stderr, JSON.parse(stdout).error.message]).toEqual([2, "", "No command was named."]);
  });

  it.skipIf(process.platform !== "linux")("says in words that its output cannot be written (Linux)", async () => {
    for (const argv of [["doctor"], ["doctor", "--json"]]) {
      const full = openSync("/dev/full", "w");
      const child = spawn(process.execPath, [bin, ...argv], { stdio: ["ignore", full, "pipe"] });
      closeSync(full);
      if (!child.stderr) throw new Error("no stderr");
      const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
      expect(code).toBe(1);
      expect(stderr).toContain("✗ This machine refused: ENOSPC");
      expect(stderr).not.toContain("    at ");
    }
  });

  it("never repeats what was given where a variable belongs: it may be a secret", async () => {
    const { code, stdout, stderr } = await runCli(["attach", "--function", "f", "--env", "hunter2", "--local"]);
    expect(code).toBe(2);
    expect(stdout + stderr).not.toContain("hunter2");
    expect(stderr).toContain("NAME=VALUE");
  });

  it("prints no colour into a pipe, nor with --no-color, nor with NO_COLOR", async () => {
    const control = "\u001b";
    const piped = await runCli(["bild"], { env: { NO_COLOR: undefined } });
    const refused = await runCli(["bild", "--no-color"], { env: { NO_COLOR: undefined, FORCE_COLOR: undefined } });
    expect(piped.stderr + refused.stderr).not.toContain(control);
  });

  it("does its work when nobody reads its story", async () => {
    const root = temporaryFolder();
    writeFileSync(join(root, "lambda-ext.jsonc"), '{ "kind": "layer", "name": "l", "contents": [{ "from": "a" }] }');
    writeFileSync(join(root, "a"), "a");
    const child = spawn(process.execPath, [bin, "build"], { cwd: root, stdio: ["ignore", "pipe", "pipe"] });
    child.stderr.destroy();
    const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, "close")]);
    expect([code, stdout]).toEqual([0, "dist/l-amd64.zip\ndist/l-arm64.zip\n"]);
  });

  it("ends quietly when the reader of its output has gone", async () => {
    const child = spawn(process.execPath, [bin, "--help"], { stdio: ["ignore", "pipe", "pipe"] });
    child.stdout.destroy();
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
    });
    await once(child, "close");
    expect(stderr).not.toContain("Error");
  });
});
