// build --size and publish --build --size, as they ship.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { expect, it, onTestFinished } from "vitest";
import { writeFiles } from "../build/fixture.ts";
import { bin, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const files = {
  "lambda-ext.jsonc": '{ "kind": "layer", "name": "files", "contents": [{ "from": "opt", "to": "opt" }] }',
  "opt/ä.txt": readFileSync(import.meta.filename),
};

it("gives the same bytes in other folders, time zones, locales, and under another umask", async () => {
  const zips: Buffer[] = [];
  for (const [umask, env] of [
    ["022", { TZ: "UTC", LC_ALL: "C" }],
    ["077", { TZ: "Pacific/Kiritimati", LC_ALL: "tr_TR.UTF-8" }],
  ] as const) {
    const root = writeFiles(temporaryFolder(), files);
    const script = `umask ${umask}; exec "$@"`;
    const { stdout } = await execa(
      "sh",
      ["-c", script, "sh", process.execPath, bin, "build", "--size", "min", "--json"],
      {
        cwd: root,
        env,
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ schemaVersion: 1, size: "min" });
    zips.push(readFileSync(join(root, "dist/files-arm64.zip")));
  }
  expect(zips[1]?.equals(zips[0] ?? Buffer.alloc(0))).toBe(true);
});

it("loads libdeflate for the smallest zips alone", async () => {
  const root = writeFiles(temporaryFolder(), files);
  const loads = async (...flags: string[]) => {
    const coverage = temporaryFolder();
    expect((await runCli(["build", ...flags], { cwd: root, env: { NODE_V8_COVERAGE: coverage } })).code).toBe(0);
    const scripts = readdirSync(coverage)
      .map((file) => readFileSync(join(coverage, file), "utf8"))
      .join();
    return { libdeflate: /chunks\/libdeflate-/.test(scripts), archiver: /chunks\/archiver-/.test(scripts) };
  };
  expect(await loads()).toEqual({ libdeflate: false, archiver: true });
  expect(await loads("--size", "min")).toEqual({ libdeflate: true, archiver: false });
});

it("refuses a size that there is not, and one for what is built already", async () => {
  const root = writeFiles(temporaryFolder(), files);
  const unknown = await runCli(["build", "--size", "tiny"], { cwd: root });
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("It is default or min.")]);
  const ready = await runCli(["publish", "--size", "min", "--json", "--region", "eu-west-1"], { cwd: root });
  expect(ready.code).toBe(2);
  expect(JSON.parse(ready.stdout).error).toMatchObject({ code: "SizeWithoutBuild", hint: "Give --build too." });
});

it("publishes each size once", { timeout: 60_000 }, async () => {
  const folder = temporaryFolder();
  const project = writeFiles(join(folder, "project"), files);
  const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_TARGET: "local", AWS_REGION: "us-east-1" };
  onTestFinished(async () => void (await runCli(["local", "stop"], { env })));
  const publish = async (...flags: string[]) => {
    const { code, stdout, stderr } = await runCli(["publish", "--arch", "arm64", "--json", ...flags], {
      cwd: project,
      env,
    });
    expect(code, stderr).toBe(0);
    const { layers }: { layers: { result: string; version: number }[] } = JSON.parse(stdout);
    return layers.map(({ result, version }) => `${result} ${version}`).join();
  };
  expect(await publish("--build")).toBe("published 1");
  expect(await publish("--build", "--size", "min")).toBe("published 2");
  // What was built last goes out, whatever its size.
  expect(await publish()).toBe("unchanged 2");
  expect(await publish("--build", "--size", "min")).toBe("unchanged 2");
  writeFileSync(
    join(project, "lambda-ext.jsonc"),
    files["lambda-ext.jsonc"].replace("{", '{ "build": { "size": "min" },'),
  );
  expect(await publish("--build")).toBe("unchanged 2");
  expect(await publish("--build", "--size", "default")).toBe("published 3");
});
