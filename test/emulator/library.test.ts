// The endpoint as a library, as the bundle that ships has it, in tests of other people's.

import { once } from "node:events";
import { existsSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { LambdaClient, ListFunctionsCommand } from "@aws-sdk/client-lambda";
import { execa } from "execa";
import { type Emulator, startEmulator } from "lambda-ext/emulator";
import { describe, expect, it } from "vitest";
import { packageRoot } from "../../src/model/package.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";

/** A folder in which `lambda-ext` is installed. */
async function installedIn(folder: string): Promise<NodeJS.ProcessEnv> {
  const modules = join(folder, "node_modules");
  await mkdir(join(modules, ".bin"), { recursive: true });
  symlinkSync(packageRoot, join(modules, "lambda-ext"));
  symlinkSync(bin, join(modules, ".bin", "lambda-ext"));
  return { PATH: `${join(modules, ".bin")}${delimiter}${dirname(process.execPath)}${delimiter}${process.env.PATH}` };
}

describe.skipIf(missing("go") || process.platform !== "linux")("the README's example (needs Go, on Linux)", () => {
  it("passes as it stands", { timeout: 180_000 }, async () => {
    const folder = temporaryFolder();
    const example = /```js\n([\s\S]*?)```/.exec(readFileSync(join(packageRoot, "README.md"), "utf8"))?.[1] ?? "";
    const project = join(folder, "my-extension");
    const made = ["init", project, "--template", "parameter-store", "--name", "my-extension"];
    expect(await runCli(made, { cwd: folder })).toMatchObject({ code: 0 });
    expect(await runCli(["build"], { cwd: project })).toMatchObject({ code: 0 });
    writeFileSync(join(project, "package.json"), '{"type":"module"}');
    writeFileSync(join(project, "extension.test.js"), example);
    const env = await installedIn(project);
    const { exitCode, stdout } = await execa(process.execPath, ["--test"], { cwd: project, env, reject: false });
    expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining("pass 1") });
  });
});

describe("the endpoint as a library", () => {
  it("is an endpoint for any SDK, and leaves nothing behind", async () => {
    const emulator = await startEmulator({ isolation: "none", region: "eu-west-1" });
    const { LAMBDA_EXT_LOCAL_DIR: directory = "", ...env } = emulator.env;
    expect(directory.startsWith(tmpdir())).toBe(true);
    expect(statSync(directory).mode & 0o077).toBe(0);
    expect(env).toEqual({
      AWS_ENDPOINT_URL: emulator.url,
      AWS_ACCESS_KEY_ID: emulator.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: emulator.credentials.secretAccessKey,
      AWS_REGION: "eu-west-1",
      AWS_DEFAULT_REGION: "eu-west-1",
      LAMBDA_EXT_TARGET: "local",
    });
    const client = new LambdaClient({
      endpoint: emulator.url,
      credentials: emulator.credentials,
      region: "eu-west-1",
    });
    expect((await client.send(new ListFunctionsCommand({}))).Functions).toEqual([]);
    client.destroy();
    await Promise.all([emulator.close(), emulator.close()]);
    expect(existsSync(directory)).toBe(false);
    await expect(fetch(emulator.url)).rejects.toThrow();
  });

  it("keeps an account in a folder of one's own, one process at a time", async () => {
    const directory = join(temporaryFolder(), "account");
    {
      await using first = await startEmulator({ directory });
      expect(await runCli(["create-role", "kept"], { env: { ...first.env } })).toMatchObject({ code: 0 });
      await expect(startEmulator({ directory })).rejects.toMatchObject({
        code: "FolderInUse",
        message: expect.stringContaining(directory),
      });
    }
    await using second = await startEmulator({ directory });
    expect(await runCli(["get-role", "kept"], { env: { ...second.env } })).toMatchObject({ code: 0 });
  });

  it("is the endpoint that lambda-ext takes: no other is started beside it, and none in its place", async () => {
    await using emulator = await startEmulator({
      ...{ isolation: "none", freeze: false, environments: 3, network: "host", forward: [5432] },
    });
    const { stdout } = await runCli(["local", "status", "--json"], { env: { ...emulator.env } });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ running: true, url: emulator.url, pid: process.pid },
      settings: { isolation: "none", freeze: false, environments: 3, network: "host", forward: [5432] },
    });
    expect(await runCli(["local", "start"], { env: { ...emulator.env } })).toMatchObject({
      stdout: `${emulator.url}\n`,
    });
  });

  it.each([
    [{ environments: 0 }, "InvalidSetting", "environments is 0."],
    // As JavaScript may have it.
    [{ isolation: "docker" as "none" }, "InvalidSetting", 'isolation is "docker".'],
    [{ isolation: "bwrap" as const, env: { PATH: "/nowhere" } }, "IsolationUnavailable", "does not work here"],
    [{ isolation: "none" as const, network: "private" as const }, "PrivateNetworkUnavailable", "none has none to give"],
  ])("refuses at once what it cannot be: %j", async (options, code, words) => {
    const directory = temporaryFolder();
    await expect(startEmulator({ ...options, directory })).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(words) },
    });
    // Nobody serves the folder.
    await (await startEmulator({ directory })).close();
  });

  it("tells what a person should read: as a warning of the process, unless somebody else wants it", async () => {
    const look = (emulator: Emulator) => runCli(["local", "status"], { env: { ...emulator.env } });
    const env = { PATH: temporaryFolder() };
    // A machine that lets nobody in: its own unshare would be found without PATH.
    writeFileSync(join(env.PATH, "unshare"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
    const told: string[] = [];
    await using quiet = await startEmulator({ env, warn: (message) => told.push(message) });
    await look(quiet);
    expect(told).toEqual([expect.stringContaining("Functions run without isolation.")]);

    await using loud = await startEmulator({ env });
    const warned = once(process, "warning");
    await look(loud);
    expect(await warned).toEqual([expect.objectContaining({ name: "LambdaExtWarning", message: told[0] })]);
  });

  it("leaves nothing behind where a process ends without closing it", async () => {
    const folder = temporaryFolder();
    const env = await installedIn(folder);
    const script = `
      import { startEmulator } from "lambda-ext/emulator";
      const { env } = await startEmulator();
      console.log(env.LAMBDA_EXT_LOCAL_DIR);
      process.exit();
    `;
    const { stdout } = await execa(process.execPath, ["--input-type=module", "--eval", script], { cwd: folder, env });
    expect(stdout).toContain("lambda-ext-emulator-");
    expect(existsSync(stdout)).toBe(false);
  });
});
