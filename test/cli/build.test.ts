// The build command as it ships.
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { tiny, writeFiles } from "../build/fixture.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("go"))("lambda-ext build (needs Go)", () => {
  test("names the zips on stdout, and nothing else there", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    const result = await runCli(["build"], { cwd: root });
    expect(result).toMatchObject({ code: 0, stdout: "dist/tiny-amd64.zip\ndist/tiny-arm64.zip\n" });
    expect(result.stderr).toMatch(/^✓ Built tiny with go/);
    const again = await runCli(["build", "--quiet"], { cwd: root });
    expect([again.stdout, again.stderr]).toEqual([result.stdout, ""]);
  });

  test("prints the manifest under --json, and builds one architecture where it is told", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    for (const arch of ["arm64", "aarch64"]) {
      const { code, stdout } = await runCli(["build", "--arch", arch, "--out-dir", "../out", "--json"], {
        cwd: join(writeFiles(root, { "sub/x": "" }), "sub"),
      });
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(join(root, "out/manifest.json"), "utf8")));
      expect(JSON.parse(stdout).artifacts.map((artifact: { zip: string }) => artifact.zip)).toEqual(["tiny-arm64.zip"]);
    }
    expect(existsSync(join(root, "dist"))).toBe(false);
  });

  test.skipIf(missing("unzip", "python3"))("makes zips that others read (needs unzip, Python)", async () => {
    const root = writeFiles(temporaryFolder(), tiny);
    await runCli(["build"], { cwd: root });
    const zip = join(root, "dist/tiny-amd64.zip");
    expect(execFileSync("unzip", ["-t", zip], { encoding: "utf8" })).toContain("No errors detected");
    expect(execFileSync("unzip", ["-Z", zip], { encoding: "utf8" })).toMatch(
      /-rwxr-xr-x .* 80-Jan-01 00:00 extensions\/tiny/,
    );
    const script =
      "import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist(), z.infolist()[0].date_time)";
    expect(execFileSync("python3", ["-c", script, zip], { encoding: "utf8" }).trim()).toBe(
      "None ['extensions/tiny'] (1980, 1, 1, 0, 0, 0)",
    );
  });

  test("ends with status 1 and Go's words on a compile error, once", async () => {
    const root = writeFiles(temporaryFolder(), {
      ...tiny,
      "main.go": "package main\n\nfunc main() { undefinedThing() }\n",
    });
    const { code, stdout, stderr } = await runCli(["build"], { cwd: root });
    expect([code, stdout]).toEqual([1, ""]);
    expect(stderr.match(/undefined: undefinedThing/g)).toHaveLength(1);
    expect(stderr).not.toContain("at ");
    const json = await runCli(["build", "--json"], { cwd: root });
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { code: "CompileError" } });
  });

  test("ends with status 2 on a wrong architecture and a wrong configuration", async () => {
    const root = writeFiles(temporaryFolder(), { ...tiny, "lambda-ext.jsonc": '{\n  "nmae": "x"\n}' });
    expect((await runCli(["build", "--arch", "386"], { cwd: root })).code).toBe(2);
    const { code, stderr } = await runCli(["build"], { cwd: root });
    expect(code).toBe(2);
    expect(stderr).toContain(`${join(root, "lambda-ext.jsonc")}:2: unknown key "nmae".\n  Did you mean "name"?`);
  });

  test.skipIf(process.platform !== "linux")(
    "Ctrl-C ends go and its compilers, and leaves nothing (Linux)",
    async () => {
      const { root, temporary, child, ended } = await startColdBuild();
      child.kill("SIGINT");
      expect(await ended).toMatchObject({ code: 130, stderr: expect.stringContaining("Interrupted") });
      expect(processesWith(temporary, "")).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
      expect(readdirSync(root).sort()).toEqual(["go.mod", "main.go"]);
    },
  );

  test.skipIf(process.platform !== "linux")(
    "a second Ctrl-C does not wait, and leaves nothing either (Linux)",
    async () => {
      const { root, temporary, child, ended } = await startColdBuild();
      // Signals that come together count as one: until it has ended.
      const insist = setInterval(() => child.kill("SIGINT"), 1);
      expect(await ended.finally(() => clearInterval(insist))).toMatchObject({ code: 130 });
      // What was killed is gone when the kernel has come round to it.
      await until(() => processesWith(temporary, "").length === 0);
      expect(readdirSync(temporary)).toEqual([]);
      // An empty dist is all that may be left.
      if (existsSync(join(root, "dist"))) rmdirSync(join(root, "dist"));
      expect(readdirSync(root).sort()).toEqual(["go.mod", "main.go"]);
    },
  );

  test.skipIf(process.platform !== "linux")("what kill -9 leaves, the next build removes (Linux)", async () => {
    const { root, temporary, child, ended } = await startColdBuild();
    child.kill("SIGKILL");
    await ended;
    // Go has not heard of it, and still writes.
    await until(() => {
      const left = processesWith(temporary, "");
      for (const pid of left) kill(pid);
      return left.length === 0;
    });
    expect(readdirSync(temporary)).toEqual([expect.stringMatching(/^lambda-ext-build-/)]);
    expect(readdirSync(join(root, "dist"))).toEqual([expect.stringMatching(/^\.staging-/)]);
    const { code } = await runCli(["build"], { cwd: root, env: { ...process.env, TMPDIR: temporary } });
    expect(code).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(join(root, "dist")).sort()).toEqual(["manifest.json", "tiny-amd64.zip", "tiny-arm64.zip"]);
  });
});

describe.skipIf(process.platform !== "linux")("lambda-ext build by a command (Linux)", () => {
  const build = (command: readonly string[]) =>
    JSON.stringify({ name: "tool", build: { builder: "command", command } });

  test("tells what it says under --verbose, and its words under --json where it fails", async () => {
    const script = `echo compiling; printf '#!/bin/sh\\n' > "$LAMBDA_EXT_OUT"`;
    const root = writeFiles(temporaryFolder(), { "lambda-ext.jsonc": build(["sh", "-c", script]) });
    const { code, stdout, stderr } = await runCli(["build", "--verbose"], { cwd: root });
    expect([code, stdout]).toEqual([0, "dist/tool-amd64.zip\ndist/tool-arm64.zip\n"]);
    expect(stderr.match(/compiling/g)).toHaveLength(2);
    writeFiles(root, { "lambda-ext.jsonc": build(["sh", "-c", "echo so it is >&2; exit 3"]) });
    const failed = await runCli(["build", "--json"], { cwd: root });
    expect(failed.code).toBe(1);
    expect(JSON.parse(failed.stdout).error).toMatchObject({
      code: "CommandFailed",
      message: expect.stringMatching(/ended with status 3 for amd64:\nso it is$/),
    });
  });

  test("Ctrl-C ends it with all that it has started, and leaves nothing", async () => {
    const script = "sleep 600 & (trap '' INT TERM; sleep 600 > /dev/null 2>&1) & touch ready; wait";
    const root = writeFiles(temporaryFolder(), { "lambda-ext.jsonc": build(["sh", "-c", script]) });
    const temporary = temporaryFolder();
    const child = spawn(process.execPath, [bin, "build"], {
      ...{ cwd: root, env: { ...process.env, TMPDIR: temporary }, stdio: "ignore" },
    });
    const ended = new Promise<number | null>((resolve) => child.on("close", resolve));
    await until(() => existsSync(join(root, "ready")) && processesWith(temporary, "sleep").length === 2);
    child.kill("SIGINT");
    expect(await ended).toBe(130);
    // What was killed is gone when the kernel has come round to it.
    await until(() => processesWith(temporary, "").length === 0);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(root).sort()).toEqual(["lambda-ext.jsonc", "ready"]);
  });
});

/** A build that is busy with the standard library, since its cache is empty: that takes long enough to be interrupted. */
async function startColdBuild() {
  const root = writeFiles(temporaryFolder(), tiny);
  const work = temporaryFolder();
  const temporary = join(work, "tmp");
  mkdirSync(temporary);
  const env = { ...process.env, TMPDIR: temporary, GOCACHE: join(work, "cache"), NO_COLOR: "1" };
  const child = spawn(process.execPath, [bin, "build"], { cwd: root, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const ended = new Promise<{ code: number | null; stderr: string }>((resolve) => {
    child.on("close", (code) => resolve({ code, stderr }));
  });
  await until(() => processesWith(temporary, "/compile").length > 0);
  return { root, temporary, child, ended };
}

/** The processes that have this text in their environment and that in their program's path. */
function processesWith(text: string, program: string): number[] {
  return readdirSync("/proc").flatMap((pid) => {
    try {
      if (!/^\d+$/.test(pid) || !readFileSync(`/proc/${pid}/environ`, "latin1").includes(text)) return [];
      const command = readFileSync(`/proc/${pid}/cmdline`, "latin1").split("\0")[0] ?? "";
      return command.includes(program) ? [Number(pid)] : [];
    } catch {
      // Not ours to look at, or gone meanwhile.
      return [];
    }
  });
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended meanwhile.
  }
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 20));
}
