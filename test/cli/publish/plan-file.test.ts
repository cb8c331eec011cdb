// Plans in files, as a person types them: made, looked at, carried out, broken off, finished, and refused.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bin } from "../../support/run-cli.ts";
import { layerNames, localProject, results } from "./local-project.ts";

const regions = ["us-east-1", "eu-west-1", "ap-south-1"];
const flags = ["--regions", regions.join(",")];

describe("publish --plan-file and --plan", { timeout: 120_000 }, () => {
  it("do what was shown, once, from any folder", async () => {
    const project = await localProject();
    const shown = await project.run(["publish", ...flags, "--public", "--dry-run", "--plan-file", "plan.json"]);
    expect(shown).toMatchObject({
      code: 0,
      stderr: expect.stringContaining("lambda-ext publish --plan plan.json carries it out"),
    });
    expect(shown.stdout.match(/^publish .*: there is no version yet$/gm)).toHaveLength(6);
    expect(shown.stdout.match(/^grant .* to everybody: everybody cannot use it yet$/gm)).toHaveLength(6);
    for (const region of regions) expect(await project.versions(region, "walk-arm64")).toEqual([]);

    const document = readFileSync(join(project.folder, "plan.json"), "utf8");
    const { AWS_SECRET_ACCESS_KEY = "", AWS_ACCESS_KEY_ID = "" } = await project.variables();
    expect(AWS_SECRET_ACCESS_KEY).not.toBe("");
    expect(document).not.toContain(AWS_SECRET_ACCESS_KEY);
    expect(document).not.toContain(AWS_ACCESS_KEY_ID);
    expect(document).not.toContain(project.folder);
    // Nothing half-written lies about.
    expect(readdirSync(project.folder).sort()).toEqual(["data", "dist", "lambda-ext.jsonc", "plan.json"]);

    const asked = await project.run(["publish", "--plan", "plan.json"]);
    expect(asked).toMatchObject({ code: 2, stderr: expect.stringContaining("public, and nobody has said yes") });
    const done = await project.publish("--plan", "plan.json", "--yes");
    expect(done.code, done.stderr).toBe(0);
    expect(results(done.layers)).toEqual({ published: 6 });
    expect(done.layers.map(({ region, layerName }) => `${region} ${layerName}`)).toEqual(
      regions.flatMap((region) => layerNames.map((name) => `${region} ${name}`)),
    );
    const again = await project.publish("--plan", "plan.json");
    expect(again.code, again.stderr).toBe(0);
    expect(results(again.layers)).toEqual({ unchanged: 6 });
    const rest = await project.run(["publish", "--plan", "plan.json", "--dry-run"]);
    expect(rest.stdout).toMatch(/unchanged us-east-1 walk-x86_64: done by an earlier run of this plan: version 1/);
    for (const region of regions) expect(await project.versions(region, "walk-arm64")).toEqual([1]);
  });

  it("are finished by the same command after a kill -9, also where everything is forced", async () => {
    const project = await localProject();
    expect((await project.publish(...flags)).code).toBe(0);
    const plan = join(project.folder, "plan.json");
    expect(
      (
        await project.run([
          "publish",
          ...flags,
          "--force",
          "--account",
          "111122223333",
          "--dry-run",
          "--plan-file",
          plan,
        ])
      ).code,
    ).toBe(0);

    const child = spawn(
      process.execPath,
      [bin, "publish", "--plan", plan, "--fault", "op=AddLayerVersionPermission,latency=60000"],
      {
        cwd: project.folder,
        env: { ...process.env, ...project.env },
        stdio: ["ignore", "ignore", "pipe"],
      },
    );
    // Until versions are there, and grants are not.
    await expect.poll(() => project.versions("us-east-1", "walk-arm64"), { timeout: 30_000 }).toEqual([2, 1]);
    child.kill("SIGKILL");
    await once(child, "close");

    const second = await project.publish("--plan", plan);
    expect(second.code, second.stderr).toBe(0);
    expect(second.summary).toMatchObject({ complete: regions, finish: [] });
    for (const region of regions) {
      for (const layer of layerNames) expect(await project.versions(region, layer)).toEqual([2, 1]);
    }
    expect(results((await project.publish(...flags, "--account", "111122223333")).layers)).toEqual({ unchanged: 6 });
  });

  it("are refused where a region has moved, and say which; nothing is done", async () => {
    const project = await localProject();
    await project.run(["publish", ...flags, "--dry-run", "--plan-file", "plan.json"]);
    const bytes = readFileSync(join(project.folder, "dist", "walk-arm64.zip"));
    await project.rebuild();
    expect((await project.publish("--regions", "eu-west-1", "--arch", "arm64")).code).toBe(0);
    writeFileSync(join(project.folder, "dist", "walk-arm64.zip"), bytes);

    const { code, stderr, stdout } = await project.run(["publish", "--plan", "plan.json", "--json"]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout).error).toMatchObject({
      code: "PlanOutdated",
      hint: expect.stringContaining("Nothing was done"),
    });
    expect(stderr).toContain("eu-west-1 walk-arm64: there was no version, and now there is version 1");
    // The other zip was built anew, too.
    expect(stderr).toMatch(/walk-amd64\.zip: it has other bytes than when the plan was made/);
    expect(stderr).not.toMatch(/walk-arm64\.zip/);
    expect(await project.versions("us-east-1", "walk-arm64")).toEqual([]);
  });

  it("are refused for another target or account, and without their zips", async () => {
    const project = await localProject();
    await project.run(["publish", ...flags, "--dry-run", "--plan-file", "plan.json"]);
    const plan = JSON.parse(readFileSync(join(project.folder, "plan.json"), "utf8"));
    const write = (name: string, change: object) =>
      writeFileSync(join(project.folder, name), JSON.stringify({ ...plan, ...change }));
    write("other.json", { target: { endpoint: "aws", account: "999999999999" } });
    const other = await project.run(["publish", "--plan", "other.json"]);
    expect(other.code).toBe(1);
    expect(other.stderr).toContain("the target: it was aws, and is local");
    expect(other.stderr).toContain("the account: it was 999999999999, and is 123456789012");
    write("away.json", { layers: plan.layers.map((layer: object) => ({ ...layer, zip: "away.zip" })) });
    const away = await project.run(["publish", "--plan", "away.json"]);
    expect(away).toMatchObject({ code: 1, stderr: expect.stringMatching(/away\.zip: it cannot be read/) });
    write("future.json", { schemaVersion: 2 });
    expect(await project.run(["publish", "--plan", "future.json"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("schemaVersion is wrong"),
    });
    expect(await project.run(["publish", "--plan", "nowhere.json"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("cannot be read"),
    });
    expect(await project.versions("us-east-1", "walk-arm64")).toEqual([]);
  });

  it("say which regions they lack, and that another plan is needed", async () => {
    const project = await localProject();
    const fault = ["--fault", "region=eu-west-1,kind=error,code=AccessDeniedException,status=403"];
    const shown = await project.run(["publish", ...flags, "--dry-run", "--plan-file", "plan.json", ...fault]);
    expect(shown.code).toBe(3);
    const { code, stderr, summary, layers } = await project.publish("--plan", "plan.json");
    expect(code, stderr).toBe(3);
    expect(summary).toEqual({ complete: ["us-east-1", "ap-south-1"], missing: ["eu-west-1"], allowed: [], finish: [] });
    expect(layers.find(({ region }) => region === "eu-west-1")?.error).toMatchObject({ code: "NotPlanned" });
    expect(stderr).toContain("Make a new plan, or publish without one.");
    expect(await project.versions("eu-west-1", "walk-arm64")).toEqual([]);
  });

  it("take no flags that decide anything", async () => {
    const project = await localProject();
    const { code, stderr } = await project.run([
      "publish",
      "--plan",
      "p.json",
      "--regions",
      "all",
      "--layer-name",
      "x",
      "--force",
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("--regions, --layer-name, --force cannot stand beside --plan");
  });

  it("keep what may go wrong, unless flags say otherwise, and publish nothing where the file cannot be written", async () => {
    const project = await localProject();
    const unwritable = await project.run(["publish", ...flags, "--plan-file", "no/such/folder/plan.json"]);
    expect(unwritable).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no such folder") });
    expect(await project.versions("us-east-1", "walk-arm64")).toEqual([]);

    await project.run(["publish", ...flags, "--allow-fail", "eu-west-1", "--dry-run", "--plan-file", "plan.json"]);
    const fault = ["--fault", "region=eu-west-1,kind=error,code=AccessDeniedException,status=403"];
    const allowed = await project.publish("--plan", "plan.json", ...fault);
    expect(allowed).toMatchObject({
      code: 0,
      summary: { missing: [], allowed: ["eu-west-1"], finish: ["lambda-ext publish --plan plan.json"] },
    });
    const strict = await project.publish("--plan", "plan.json", "--min-regions", "3", ...fault);
    expect(strict.code).toBe(1);
    expect((await project.publish("--plan", "plan.json")).summary.complete).toEqual(regions);
    expect(existsSync(join(project.folder, "no"))).toBe(false);
  });
});
