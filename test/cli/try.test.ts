// The tour: as root with what this machine has, as an ordinary user with nothing, twice at once, interrupted, without Go.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/model/package.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const minutes = 60_000;

/** Folders that a tour has left in its temporary folder. */
const leftIn = (folder: string) => readdirSync(folder).filter((name) => name.startsWith("lambda-ext-try-"));

describe.skipIf(missing("go") || process.platform !== "linux")("lambda-ext try (needs Go, on Linux)", () => {
  it("goes the whole way and leaves nothing", { timeout: 5 * minutes }, async () => {
    const TMPDIR = temporaryFolder();
    // As a tour leaves it that was killed: the next one removes it.
    const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);
    mkdirSync(join(TMPDIR, `lambda-ext-try-${host}-999999999-abcdef`, "local"), { recursive: true });
    const { code, stdout } = await runCli(["try"], { env: { TMPDIR } });
    expect(stdout).toContain("hello from Parameter Store");
    expect(stdout).toMatch(/\n {4}\$ lambda-ext publish --regions us-east-1,eu-central-1 --local\n {4}✓ /);
    expect(stdout).toMatch(/layer:parameter-store-extension-arm64:1/);
    expect(stdout).toMatch(/EXTENSION\tName: parameter-store-extension\tState: Ready/);
    expect(stdout).toMatch(/the invocation took [\d.]+ s cold, [\d.]+ s warm\./);
    expect(code).toBe(0);
    expect(leftIn(TMPDIR)).toEqual([]);
  });

  it("says the same to a program, and keeps the folder with --keep", { timeout: 5 * minutes }, async () => {
    const TMPDIR = temporaryFolder();
    const { code, stdout } = await runCli(["try", "--json", "--keep"], { env: { TMPDIR } });
    expect(code).toBe(0);
    const tour = JSON.parse(stdout);
    expect(tour.schemaVersion).toBe(1);
    expect(tour.steps.map((step: { command: string }) => step.command.split(" ")[1])).toEqual([
      "init",
      "build",
      "check",
      "publish",
      "put-parameter",
      "create-role",
      "create-function",
      "attach",
      "invoke",
      "invoke",
      "logs",
    ]);
    expect(leftIn(TMPDIR)).toEqual([]);
    expect(existsSync(join(tour.folder, "demo-extension", "dist", "manifest.json"))).toBe(true);
  });

  it("can be taken twice at once", { timeout: 5 * minutes }, async () => {
    const results = await Promise.all([runCli(["try"]), runCli(["try"])]);
    expect(results.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
      expect.objectContaining({ code: 0 }),
      expect.objectContaining({ code: 0 }),
    ]);
  });

  it("ends everything on Ctrl-C and removes its folder", { timeout: 5 * minutes }, async () => {
    const TMPDIR = temporaryFolder();
    const child = spawn(process.execPath, [bin, "try"], {
      env: { ...process.env, TMPDIR },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
      // In the middle of the build: Go, its linker and the endpoint are running.
      if (stdout.includes("$ lambda-ext build") && child.exitCode === null) child.kill("SIGINT");
    });
    const [code] = await once(child, "close");
    expect(code).toBe(130);
    expect(leftIn(TMPDIR)).toEqual([]);
    expect(processesNaming(TMPDIR)).toEqual([]);
  });

  it.skipIf(process.getuid?.() !== 0)(
    "works for an ordinary user with an empty home and nothing but node and go (needs root, to become somebody else)",
    { timeout: 15 * minutes },
    async () => {
      const folder = temporaryFolder();
      chmodSync(folder, 0o755);
      const copy = await unpackPackage(folder);
      const programs = join(folder, "programs");
      mkdirSync(programs);
      for (const name of ["node", "go"]) symlinkSync(findTool(name) ?? "", join(programs, name));
      const home = join(folder, "home");
      mkdirSync(home);
      chmodSync(home, 0o777);
      const { HTTPS_PROXY, GOPROXY, GONOSUMDB, GOFLAGS } = process.env;
      const child = spawn(process.execPath, [join(copy, "bin", "lambda-ext.js"), "try"], {
        cwd: home,
        uid: 65534,
        gid: 65534,
        env: {
          ...{ PATH: programs, HOME: home, TMPDIR: home, HTTPS_PROXY, GOPROXY, GONOSUMDB, GOFLAGS },
          // As where an ordinary user may make no namespaces.
          LAMBDA_EXT_ISOLATION: "none",
        },
        stdio: ["ignore", "pipe", "pipe"],
      });
      let output = "";
      for (const stream of [child.stdout, child.stderr]) {
        stream.on("data", (chunk) => {
          output += chunk;
        });
      }
      const [code] = await once(child, "close");
      expect(output).toContain("hello from Parameter Store");
      expect(output).toMatch(/lambda-ext attach .*--env CONFIG_FILE=/);
      expect(code).toBe(0);
      expect(leftIn(home)).toEqual([]);
    },
  );
});

describe("lambda-ext try without Go", () => {
  it("says how to get it, makes nothing and exits 1", async () => {
    const TMPDIR = temporaryFolder();
    const { code, stdout, stderr } = await runCli(["try"], { env: { TMPDIR, PATH: "/nonexistent" } });
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr).toContain("go.dev");
    expect(leftIn(TMPDIR)).toEqual([]);
    rmSync(TMPDIR, { recursive: true });
  });
});

/** What npm would install, unpacked: nothing of the clone helps it. */
async function unpackPackage(folder: string): Promise<string> {
  const { stdout } = await execa("npm", ["pack", "--ignore-scripts", "--json", "--pack-destination", folder], {
    cwd: packageRoot,
  });
  const [{ filename }] = JSON.parse(stdout);
  await execa("tar", ["-xzf", join(folder, filename), "-C", folder]);
  const unpacked = join(folder, "package");
  await execa("chmod", ["-R", "a+rX", unpacked]);
  return unpacked;
}

/** Running processes whose command line or environment names the folder. */
function processesNaming(folder: string): string[] {
  return readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid) || Number(pid) === process.pid) return false;
    try {
      return ["cmdline", "environ"].some((file) => readFileSync(`/proc/${pid}/${file}`, "utf8").includes(folder));
    } catch {
      // It has ended, or is somebody else's.
      return false;
    }
  });
}
