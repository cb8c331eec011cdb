// Regions that are down, slow, denied or not enabled: what was asked for holds, or is said not to, and the printed command finishes it.
import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, it, onTestFinished } from "vitest";
import { refuse, startFaultServer } from "../../support/fault-server.ts";
import { bin, runCli } from "../../support/run-cli.ts";
import { temporaryFolder } from "../../support/temporary.ts";
import { localProject, results } from "./local-project.ts";

const regions = ["us-east-1", "eu-west-1", "me-south-1"];
const down = ["--fault", "region=me-south-1,kind=error,code=AccessDeniedException,status=403"];

describe("publish on a bad day", { timeout: 120_000 }, () => {
  it("goes to every region that the account has enabled", async () => {
    const project = await localProject({ regions: ["all"] });
    const { code, summary, stderr } = await project.publish();
    expect(code, stderr).toBe(0);
    expect(summary.complete).toHaveLength(34);
    expect(stderr).toContain("✓ walk-arm64 :1 in 34 regions");
    expect(stderr.match(/^✓ .* walk-arm64: published :1$/gm)).toHaveLength(34);
    // A quorum that the account does not have is none.
    const few = await project.publish("--min-regions", "35");
    expect(few).toMatchObject({ code: 1, summary: { missing: [] } });
    expect(few.stderr).toContain("Only 34 of at least 35 regions are complete (--min-regions).");
    const denied = await project.publish("--fault", "service=account,kind=error,code=AccessDeniedException,status=403");
    expect(denied).toMatchObject({ code: 0, summary: { missing: [] } });
    expect(denied.stderr).toContain("one that is not enabled counts as not asked for");
    const china = await project.run(["publish", "--region", "cn-north-1", "--regions", "all", "--dry-run", "--json"]);
    expect(new Set(JSON.parse(china.stdout).layers.map(({ region }: { region: string }) => region))).toEqual(
      new Set(["cn-north-1", "cn-northwest-1"]),
    );
  });

  it.each([
    [[], 3, { missing: ["me-south-1"], allowed: [] }],
    [["--allow-fail", "me-south-1"], 0, { missing: [], allowed: ["me-south-1"] }],
    [["--min-regions", "3"], 1, { missing: ["me-south-1"], allowed: [] }],
    [["--allow-fail", "me-south-1", "--min-regions", "2"], 0, { missing: [], allowed: ["me-south-1"] }],
  ])("with %j ends with %i, and the printed command finishes it", async (flags, status, standing) => {
    const project = await localProject({ regions });
    const first = await project.publish("--account", "111122223333", "--description", "It's one", ...flags, ...down);
    expect(first.code, first.stderr).toBe(status);
    expect(first.summary).toMatchObject({ complete: ["us-east-1", "eu-west-1"], ...standing });
    expect(results(first.layers)).toEqual({ published: 4, failed: 2 });
    expect(first.stderr.includes("Only 2 of at least 3 regions are complete (--min-regions).")).toBe(status === 1);
    const [finish = ""] = first.summary.finish;
    expect(first.stderr).toContain(`Run again what failed: ${finish}`);
    // As a person would: into a shell.
    const shell = finish.replace("lambda-ext", `"${process.execPath}" "${bin}"`);
    const second = await execa("/bin/sh", ["-c", `${shell} --json`], {
      cwd: project.folder,
      env: project.env,
      reject: false,
    });
    expect(second.exitCode, second.stderr).toBe(0);
    expect(JSON.parse(second.stdout).summary).toEqual({
      complete: ["me-south-1"],
      missing: [],
      allowed: [],
      finish: [],
    });
    for (const region of regions) expect(await project.versions(region, "walk-arm64")).toEqual([1]);
  });

  it("takes from the configuration what may go wrong", async () => {
    const project = await localProject({ regions, allowFail: ["me-south-1"], minRegions: 2, regionTimeout: 30 });
    expect(await project.publish(...down)).toMatchObject({ code: 0, summary: { allowed: ["me-south-1"] } });
    expect(await project.publish("--min-regions", "3", ...down)).toMatchObject({ code: 1 });
    expect(await project.publish("--allow-fail", "eu-west-1", ...down)).toMatchObject({
      code: 3,
      summary: { missing: ["me-south-1"] },
    });
  });

  it("gives a region up that does not answer, and the others do not wait for it", async () => {
    const project = await localProject({ regions });
    const began = performance.now();
    const { code, summary, layers, stderr } = await project.publish(
      "--region-timeout",
      "6",
      "--fault",
      "region=eu-west-1,latency=60000",
    );
    expect(code, stderr).toBe(3);
    expect(performance.now() - began).toBeLessThan(50_000);
    expect(summary).toMatchObject({ complete: ["us-east-1", "me-south-1"], missing: ["eu-west-1"] });
    expect(layers.find(({ region }) => region === "eu-west-1")?.error).toMatchObject({
      code: "RegionTimeout",
      message: "eu-west-1 was given up: it was not done within 6 s.",
    });
    expect(summary.finish).toEqual(["lambda-ext publish --regions eu-west-1 --region-timeout 6"]);
  });

  it("says once that credentials have expired, and finishes with new ones", async () => {
    const project = await localProject({ regions: ["all"] });
    const first = await project.publish("--fault", "op=PublishLayerVersion,kind=expired,after=20");
    expect(first.code).toBe(3);
    expect(results(first.layers)).toEqual({ published: 20, failed: 48 });
    expect(first.stderr.match(/the credentials have expired/g)).toHaveLength(1);
    const second = await project.publish();
    expect(second).toMatchObject({ code: 0, summary: { missing: [] } });
    expect(results(second.layers)).toEqual({ published: 48, unchanged: 20 });
    for (const region of ["af-south-1", "us-west-2"]) expect(await project.versions(region, "walk-arm64")).toEqual([1]);
  });

  it("repairs a version that exists without its permission", async () => {
    const project = await localProject({ regions: ["us-east-1"] });
    const grant = ["--account", "111122223333"];
    const first = await project.publish(
      ...grant,
      "--fault",
      "op=AddLayerVersionPermission,kind=error,code=AccessDeniedException,status=403",
    );
    expect(first.code).toBe(1);
    expect(first.layers.map(({ result, version }) => [result, version])).toEqual([
      ["failed", 1],
      ["failed", 1],
    ]);
    const second = await project.publish(...grant);
    expect(second).toMatchObject({ code: 0 });
    expect(second.layers.map(({ result, version }) => [result, version])).toEqual([
      ["shared", 1],
      ["shared", 1],
    ]);
    expect(second.stderr).toContain("✓ us-east-1 walk-arm64: granted :1");
    expect(second.stderr).toContain("0 published, 2 shared, 0 unchanged, 0 failed");
  });

  it.each([
    [["--allow-fail", "eu-west1"], /"eu-west1" is not a region that may fail/],
    [["--min-regions", "0"], /whole number from 1/],
    [["--region-timeout", "soon"], /whole number from 1/],
  ])("refuses %j as a wrong usage", async (flags, words) => {
    const { code, stderr } = await runCli(["publish", ...flags], { cwd: temporaryFolder() });
    expect(code, stderr).toBe(2);
    expect(stderr).toMatch(words);
  });

  it("says that a region is allowed to fail where nothing is published", async () => {
    const project = await localProject({ regions: ["us-east-1"] });
    const { stderr } = await project.publish("--allow-fail", "eu-west-2");
    expect(stderr).toContain("--allow-fail names eu-west-2, where nothing is to be published anyway.");
  });

  it("leaves out what is not enabled where nobody can say which regions are", async () => {
    const enabled = ["us-east-1", "eu-west-1"];
    const server = await startFaultServer(({ region, method, path, body }) => {
      if (path === "/listRegions") return refuse(403, "AccessDeniedException", "No.");
      if (!enabled.includes(region))
        return refuse(403, "UnrecognizedClientException", "The security token is invalid.");
      if (method === "GET") return { status: 200, body: { LayerVersions: [] } };
      const zip = Buffer.from(JSON.parse(body.toString()).Content.ZipFile, "base64");
      const CodeSha256 = createHash("sha256").update(zip).digest("base64");
      const LayerVersionArn = `arn:aws:lambda:${region}:123456789012:layer:${path.split("/")[3]}:1`;
      return { status: 201, body: { LayerVersionArn, Version: 1, Content: { CodeSha256 } } };
    });
    onTestFinished(() => server.close());
    const folder = temporaryFolder();
    mkdirSync(join(folder, "files"));
    writeFileSync(join(folder, "files", "a"), "a");
    writeFileSync(
      join(folder, "lambda-ext.jsonc"),
      JSON.stringify({ name: "demo", kind: "layer", contents: [{ from: "files", to: "." }] }),
    );
    const { code, stdout, stderr } = await runCli(["publish", "--regions", "all", "--json"], {
      cwd: folder,
      env: {
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: "k",
        AWS_SECRET_ACCESS_KEY: "s",
        AWS_REGION: "us-east-1",
        AWS_MAX_ATTEMPTS: "1",
        HOME: folder,
      },
    });
    const { summary } = JSON.parse(stdout);
    // The regions that every account has are missing; those that have to be switched on were not asked for.
    expect(summary.complete.sort()).toEqual(enabled.sort());
    expect(summary.missing).toHaveLength(15);
    expect(code).toBe(3);
    expect(stderr).toMatch(/Left out, since they are probably not enabled for this account: af-south-1, .*me-south-1/);
  });
});
