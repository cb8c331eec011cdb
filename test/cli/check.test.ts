// The check command as it ships, on real zips and folders.
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { packZip } from "../../src/layer/zip/write.ts";
import type { Finding } from "../../src/model/finding.ts";
import { tiny, writeFiles } from "../build/fixture.ts";
import { runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";

/** `rule severity file` of everything found, and the exit status. */
async function check(cwd: string, ...args: string[]) {
  const { code, stdout } = await runCli(["check", "--json", ...args], { cwd });
  const document = JSON.parse(stdout) as {
    schemaVersion: number;
    findings: Finding[];
    error?: { code: string; message: string };
  };
  const found = document.findings?.map(({ rule, severity, file }) => [rule, severity, file].filter(Boolean).join(" "));
  return { code, document, found };
}

const shell = Buffer.from("#!/bin/sh\nexit 0\n");

describe("lambda-ext check, of any zip", () => {
  test("is silent about one that is fine", async () => {
    const root = temporaryFolder();
    writeFileSync(
      join(root, "fine.zip"),
      await packZip([{ kind: "file", path: "extensions/a", mode: 0o755, content: shell }]),
    );
    expect(await runCli(["check", "fine.zip"], { cwd: root })).toEqual({
      code: 0,
      stdout: "✓ fine.zip: nothing found\n",
      stderr: "",
    });
    expect(await check(root, "fine.zip")).toMatchObject({ code: 0, document: { schemaVersion: 1, findings: [] } });
  });

  test("tells findings archive by archive: file, fate, mend", async () => {
    const root = temporaryFolder();
    writeFileSync(
      join(root, "fine.zip"),
      await packZip([{ kind: "file", path: "extensions/a", mode: 0o755, content: shell }]),
    );
    writeFileSync(
      join(root, "bad.zip"),
      await packZip([{ kind: "file", path: "extensions/a", mode: 0o644, content: shell }]),
    );
    const { code, stdout } = await runCli(["check", "bad.zip", "fine.zip"], { cwd: root });
    expect(code).toBe(1);
    expect(stdout.split("\n")).toEqual([
      "bad.zip",
      "  ✗ extensions/a is not executable (mode 0644): INIT fails (Extension.LaunchError, permission denied). [execute-bit]",
      expect.stringMatching(/^ {4}Pack it with mode 0755\./),
      "✓ fine.zip: nothing found",
      "",
    ]);
  });

  test("warnings alone leave the status at 0", async () => {
    const root = temporaryFolder();
    const content = Buffer.from("#!/usr/bin/env node\n");
    writeFileSync(join(root, "x.zip"), await packZip([{ kind: "file", path: "extensions/a", mode: 0o755, content }]));
    expect(await check(root, "x.zip")).toMatchObject({ code: 0, found: ["script-interpreter warning extensions/a"] });
    const config = '{ "layer": { "compatibleRuntimes": ["python3.12"] } }';
    expect(await check(writeFiles(root, { "lambda-ext.jsonc": config }), "x.zip")).toMatchObject({ code: 1 });
  });

  test.skipIf(missing("python3"))("entries that escape are findings, not crashes (needs Python)", async () => {
    const root = temporaryFolder();
    const script = `
import zipfile, sys
with zipfile.ZipFile(sys.argv[1], "w") as z:
    i = zipfile.ZipInfo("extensions/a"); i.create_system = 3; i.external_attr = 0o100755 << 16; z.writestr(i, "#!/bin/sh\\n")
    z.writestr("../../outside", "x")
    i = zipfile.ZipInfo("lib/l"); i.create_system = 3; i.external_attr = 0o120777 << 16; z.writestr(i, "/etc/passwd")
`;
    execFileSync("python3", ["-c", script, join(root, "x.zip")]);
    const { code, found } = await check(root, "x.zip");
    expect([code, found]).toEqual([
      1,
      ["entry-escapes error ../../outside", "entry-escapes error lib/l", "file-modes warning ../../outside"],
    ]);
  });

  test("ten findings of one rule are told to a person, all to a program", async () => {
    const root = temporaryFolder();
    const paths = Array.from({ length: 25 }, (_, index) => `lib/${index}`);
    const entries = paths.map((path) => ({ kind: "file" as const, path, mode: 0o600, content: Buffer.from("x") }));
    writeFileSync(join(root, "x.zip"), await packZip(entries));
    const { stdout } = await runCli(["check", "x.zip"], { cwd: root });
    expect(stdout.match(/is closed to all but its owner/g)).toHaveLength(10);
    expect(stdout).toContain("    … and 15 more of this kind. [file-modes]");
    expect((await check(root, "x.zip")).found).toHaveLength(25);
  });

  test("a name that would move the cursor is told without doing so", async () => {
    const root = temporaryFolder();
    const entry = { kind: "file" as const, path: "extensions/ä\u001b[2J", mode: 0o644, content: Buffer.from(shell) };
    writeFileSync(join(root, "x.zip"), await packZip([entry]));
    const { stdout } = await runCli(["check", "x.zip"], { cwd: root });
    expect(stdout).toContain("✗ extensions/ä\\u{1b}[2J is not executable");
    expect(stdout).not.toContain("\u001b");
  });

  test.skipIf(missing("python3"))("what Lambda could not unpack is named in words (needs Python)", async () => {
    const root = temporaryFolder();
    const script = 'import zipfile, sys; zipfile.ZipFile(sys.argv[1], "w", zipfile.ZIP_BZIP2).writestr("a", "x" * 99)';
    execFileSync("python3", ["-c", script, join(root, "x.zip")]);
    const { document } = await check(root, "x.zip");
    expect(document.findings?.[0]?.message).toContain(
      "a is compressed by method 12, and only deflate (8) and none (0) are",
    );
  });

  test("a zip that is broken keeps nobody from hearing of the others", async () => {
    const root = writeFiles(temporaryFolder(), {
      "x.zip": "no zip",
      "folder/README.md": "",
      "folder/extensions/a.md": "",
    });
    const { document } = await check(root, "x.zip", "folder");
    expect(new Set(document.findings?.map(({ archive }) => archive))).toEqual(new Set(["x.zip", "folder"]));
  });

  test("what is no zip, or not there, is said in words", async () => {
    const root = writeFiles(temporaryFolder(), { "x.zip": "no zip" });
    const broken = { rule: "zip", severity: "error", archive: "x.zip", message: expect.stringContaining("as a zip") };
    expect(await check(root, "x.zip")).toMatchObject({ code: 1, document: { findings: [broken] } });
    symlinkSync("loop.zip", join(root, "loop.zip"));
    expect(await check(root, "loop.zip")).toMatchObject({ code: 1, document: { error: { code: "ELOOP" } } });
    const { code, document } = await check(root, "gone.zip");
    expect([code, document.error?.code, document.error?.message]).toEqual([
      1,
      "NoSuchFile",
      expect.stringContaining("gone.zip"),
    ]);
  });

  test("a zip that unpacks to more than Lambda takes is not unpacked here either", async () => {
    const root = temporaryFolder();
    const big = Buffer.alloc(131_072_001);
    const entries = ["a", "b"].map((name) => ({
      kind: "file" as const,
      path: `lib/${name}`,
      mode: 0o644,
      content: big,
    }));
    writeFileSync(join(root, "x.zip"), await packZip(entries));
    expect(await check(root, "x.zip")).toMatchObject({ code: 1, found: ["size error"] });
  });
});

describe("lambda-ext check, of a folder", () => {
  test("looks at it as if it were packed", async () => {
    const root = writeFiles(temporaryFolder(), {
      "opt/extensions/README.md": "x",
      "opt/extensions/a": shell,
      "opt/extensions/b": "#!/bin/sh\r\n",
    });
    chmodSync(join(root, "opt/extensions/a"), 0o755);
    chmodSync(join(root, "opt/extensions/b"), 0o755);
    mkdirSync(join(root, "opt/extensions/d"));
    symlinkSync("d", join(root, "opt/extensions/link"));
    const { code, found } = await check(root, "opt");
    expect(code).toBe(1);
    expect(found).toEqual([
      "extensions-folder error extensions/link",
      "not-runnable error extensions/README.md",
      "script-line-ends error extensions/b",
    ]);
  });

  test.skipIf(missing("gcc"))("reads programs whole (needs gcc)", async () => {
    const root = writeFiles(temporaryFolder(), { "main.c": "int main() { return 0; }\n", "opt/extensions/x": "" });
    execFileSync("gcc", ["-o", "opt/extensions/x", "-Wl,-z,nodelete", "main.c"], { cwd: root });
    chmodSync(join(root, "opt/extensions/x"), 0o755);
    writeFileSync(join(root, "lambda-ext.jsonc"), '{ "layer": { "compatibleRuntimes": ["python3.7"] } }');
    // glibc 2.34 is where main's start was renamed; every compiler of today asks for it, and Amazon Linux 1 has 2.17.
    expect((await check(root, "opt")).found).toEqual(["glibc error extensions/x"]);
  });
});

describe("lambda-ext check, of a project", () => {
  const layer = {
    "lambda-ext.jsonc": '{ "kind": "layer", "name": "files", "contents": [{ "from": "opt", "to": "." }] }',
    "opt/a.txt": "a",
  };

  test("builds where nothing has been built, and then takes what there is", async () => {
    const root = writeFiles(temporaryFolder(), layer);
    const first = await runCli(["check"], { cwd: root });
    expect(first).toMatchObject({
      code: 0,
      stdout: "✓ dist/files-amd64.zip: nothing found\n✓ dist/files-arm64.zip: nothing found\n",
    });
    expect(first.stderr).toContain("Built files");
    expect((await runCli(["check"], { cwd: root })).stderr).toBe("");
    const other = await runCli(["check", root], { cwd: temporaryFolder() });
    expect([other.code, other.stdout.match(/nothing found/g)?.length]).toEqual([0, 2]);
  });

  test("knows from the manifest what a zip is for", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...layer,
      "lambda-ext.jsonc": layer["lambda-ext.jsonc"].replace('"files"', '"a.b"'),
    });
    expect((await runCli(["build", "--out-dir", "out"], { cwd: root })).code).toBe(0);
    for (const args of [["out"], ["out/a.b-arm64.zip"], ["--out-dir", "out"]]) {
      const { code, found } = await check(root, ...args);
      expect(code).toBe(1);
      expect(new Set(found)).toEqual(new Set(["layer-settings error"]));
    }
    expect(existsSync(join(root, "dist"))).toBe(false);
  });

  test.skipIf(missing("go"))("finds a program for the wrong architecture (needs Go)", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    await runCli(["build", "--arch", "arm64"], { cwd: root });
    expect(await check(root)).toMatchObject({ code: 0, found: [] });
    const manifest = readFileSync(join(root, "dist/manifest.json"), "utf8");
    writeFileSync(join(root, "dist/manifest.json"), manifest.replace('"arm64"', '"x86_64"'));
    const { code, found, document } = await check(root);
    expect([code, found]).toEqual([1, ["elf-architecture error extensions/tiny"]]);
    expect(document.findings[0]?.message).toContain("is built for arm64, but the archive is for x86_64");
  });
});
