// What a person meets before any command runs: the version, an old Node, a clone that was not bundled.
import { execFile } from "node:child_process";
import { cpSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { packageRoot, packageVersion } from "../../src/model/package.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const run = promisify(execFile);

describe("bin/lambda-ext.js", () => {
  it("answers --version", async () => {
    expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${packageVersion}\n`, stderr: "" });
  });

  it("says that Node is too old, and what to do", async () => {
    const pretend = 'data:text/javascript,Object.defineProperty(process.versions,"node",{value:"18.20.4"})';
    const failure = await run(process.execPath, ["--import", pretend, bin, "build"]).catch((error) => error);
    expect(failure.code).toBe(1);
    expect(failure.stderr).toMatch(/needs Node\.js 20\.19 or newer and this is 18\.20\.4/);
    expect(failure.stdout).toBe("");
  });

  it("says that the bundle is missing, and how to make it", async () => {
    const clone = temporaryFolder();
    cpSync(dirname(bin), join(clone, "bin"), { recursive: true });
    writeFileSync(join(clone, "package.json"), '{"type":"module","version":"0.0.1"}');
    const failure = await run(process.execPath, [join(clone, "bin", "lambda-ext.js"), "build"]).catch((error) => error);
    expect(failure.code).toBe(1);
    expect(failure.stderr).toMatch(/dist\/main\.js is missing.*npm ci && npm run bundle/);
  });

  it("needs no file outside the package", async () => {
    const copy = temporaryFolder();
    for (const part of ["bin", "dist", "package.json"])
      cpSync(join(packageRoot, part), join(copy, part), { recursive: true });
    const { stdout } = await run(process.execPath, [join(copy, "bin", "lambda-ext.js"), "--help"]);
    expect(stdout).toContain("Usage: lambda-ext <command> [options]");
  });
});
