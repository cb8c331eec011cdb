// A Go function's project: built on the way, created, updated only where it has changed.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { missing } from "../support/tools.ts";

describe.skipIf(missing("go") || process.platform !== "linux")("a Go function's project (needs Go, on Linux)", () => {
  let folder: string;
  let project: string;
  let env: Record<string, string | undefined>;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-function-"));
    project = join(folder, "project");
    env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "account"), LAMBDA_EXT_TARGET: "local", AWS_REGION: undefined, CI: "1" };
    await runCli(["init", "project", "--template", "function-go"], { cwd: folder });
    await run("create-role", "role");
  });
  afterAll(async () => {
    await runCli(["local", "stop"], { cwd: folder, env });
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: project, env });

  it("is built, created and answers", { timeout: 240_000 }, async () => {
    const made = await run("create-function", "demo", "--role", "role", "--json");
    expect(made.code, made.stderr).toBe(0);
    const manifest = JSON.parse(readFileSync(join(project, "dist", "manifest.json"), "utf8"));
    expect(JSON.parse(made.stdout).function).toMatchObject({
      runtime: "provided.al2023",
      handler: "bootstrap",
      architectures: ["x86_64"],
      codeSha256: manifest.artifacts[0].codeSha256,
    });
    const { code, stdout, stderr } = await run("invoke", "--payload", '{"id":"a","val":1,"flag":true}');
    expect(code, stderr).toBe(0);
    expect(stdout).toContain("Val:1 Flag:true");
  });

  it("is updated where its source has changed, and not otherwise", { timeout: 240_000 }, async () => {
    const result = async () => JSON.parse((await run("update-function", "demo", "--json")).stdout).result;
    expect(await result()).toBe("unchanged");
    const file = join(project, "main.go");
    writeFileSync(file, readFileSync(file, "utf8").replace("func main() {", 'func main() {\n\tprintln("changed")'));
    expect(await result()).toBe("updated");
  });
});
