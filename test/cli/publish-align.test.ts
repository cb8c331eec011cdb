// publish --align through the bundle that ships: regions that are behind, ahead, new, or have deleted what they had.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DeleteLayerVersionCommand,
  GetLayerVersionCommand,
  type GetLayerVersionCommandOutput,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readZip } from "../../src/layer/zip/read.ts";
import { clientOptions, startTestEndpoint, type TestEndpoint, zipOf } from "../emulator/control/support.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";

const regions = ["us-east-1", "eu-west-1", "ap-south-1"];

describe("publish --align against the local endpoint", () => {
  let endpoint: TestEndpoint;
  let state: string;
  let env: Record<string, string | undefined>;
  const lambda = (region: string) => new LambdaClient(clientOptions(endpoint.emulator, region));

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    state = await mkdtemp(join(tmpdir(), "lambda-ext-align-"));
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      XDG_STATE_HOME: state,
      CI: "1",
    };
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(state, { recursive: true, force: true });
  });

  /** A layer of one file, for one architecture unless its name says otherwise. */
  function project(name: string, more: object = {}): { cwd: string; write(text: string): void } {
    const cwd = temporaryFolder();
    mkdirSync(join(cwd, "content"));
    const write = (text: string) => writeFileSync(join(cwd, "content", "note"), `${text}\n`);
    write("first");
    const layer = { license: "MIT", description: "What it is", compatibleRuntimes: ["nodejs22.x"] };
    const contents = [{ from: "content", to: "share" }];
    const configuration = { name, kind: "layer", contents, layer, publish: { regions }, ...more };
    writeFileSync(join(cwd, "lambda-ext.jsonc"), JSON.stringify(configuration));
    return { cwd, write };
  }
  const publish = (cwd: string, ...args: string[]): Promise<CliResult> =>
    runCli(["publish", "--build", ...args], { cwd, env });
  const numbers = async (region: string, LayerName: string) =>
    ((await lambda(region).send(new ListLayerVersionsCommand({ LayerName }))).LayerVersions ?? []).map(
      ({ Version = 0 }) => Version,
    );
  const everywhere = async (name: string) => await Promise.all(regions.map((region) => numbers(region, name)));
  const get = (region: string, LayerName: string, VersionNumber: number) =>
    lambda(region).send(new GetLayerVersionCommand({ LayerName, VersionNumber }));
  async function contentOf({ Content }: GetLayerVersionCommandOutput): Promise<string[]> {
    const zip = await readZip(Buffer.from(await (await fetch(Content?.Location ?? "")).arrayBuffer()));
    zip.close();
    return zip.entries.map(({ path }) => path);
  }
  /** Somebody's versions, made before. */
  async function publishBefore(region: string, LayerName: string, count: number): Promise<string[]> {
    const made: string[] = [];
    for (let number = 1; number <= count; number++) {
      const ZipFile = await zipOf({ old: `${region} ${LayerName} ${number}` });
      const CompatibleArchitectures = ["arm64" as const];
      const input = { LayerName, Content: { ZipFile }, CompatibleArchitectures };
      const { Content } = await lambda(region).send(new PublishLayerVersionCommand(input));
      made.push(Content?.CodeSha256 ?? "");
    }
    return made;
  }

  it("shows it all with --dry-run, then fills gaps with placeholders, and puts no new bits under old numbers", async () => {
    const { cwd } = project("gaps");
    const name = "gaps-arm64";
    const old = await publishBefore("us-east-1", name, 3);
    const [oldest] = await publishBefore("eu-west-1", name, 1);
    const args = ["--arch", "arm64", "--align", "placeholder"];
    const shown = await publish(cwd, ...args, "--dry-run");
    expect(shown.code, shown.stderr).toBe(0);
    expect(shown.stdout.split("\n").map((line) => line.replace(/ +/g, " "))).toEqual([
      `publish us-east-1 ${name} number 4: version 3 has other bytes; every region gets number 4`,
      `align eu-west-1 ${name} numbers 2 to 3 (placeholder): version 1 is the newest here, and the next number is to be 4`,
      `publish eu-west-1 ${name} number 4: version 1 has other bytes; every region gets number 4`,
      `align ap-south-1 ${name} numbers 1 to 3 (placeholder): there is no version yet, and the next number is to be 4`,
      `publish ap-south-1 ${name} number 4: there is no version yet; every region gets number 4`,
      "",
    ]);
    const { layers: planned } = JSON.parse((await publish(cwd, ...args, "--dry-run", "--json")).stdout);
    expect(planned[1].actions).toMatchObject([
      { action: "align", from: 2, through: 3, fill: "placeholder" },
      { action: "publish", version: 4 },
    ]);
    expect(await everywhere(name)).toEqual([[3, 2, 1], [1], []]);

    const done = await publish(cwd, ...args, "--json");
    expect(done.code, done.stderr).toBe(0);
    expect(JSON.parse(done.stdout).layers).toMatchObject([
      { region: "us-east-1", result: "published", version: 4 },
      { region: "eu-west-1", result: "published", version: 4, filled: [2, 3] },
      { region: "ap-south-1", result: "published", version: 4, filled: [1, 2, 3] },
    ]);
    expect(await everywhere(name)).toEqual([
      [4, 3, 2, 1],
      [4, 3, 2, 1],
      [4, 3, 2, 1],
    ]);
    // What was there is as it was.
    const shas = await Promise.all([1, 2, 3].map(async (number) => (await get("us-east-1", name, number)).Content));
    expect(shas.map((content) => content?.CodeSha256)).toEqual(old);
    expect((await get("eu-west-1", name, 1)).Content?.CodeSha256).toBe(oldest);
    const newest = await Promise.all(regions.map((region) => get(region, name, 4)));
    expect(new Set(newest.map(({ Content }) => Content?.CodeSha256)).size).toBe(1);
    expect(newest[2]).toMatchObject({ Description: "What it is", CompatibleRuntimes: ["nodejs22.x"] });

    const fillers = [
      await get("eu-west-1", name, 2),
      await get("ap-south-1", name, 1),
      await get("ap-south-1", name, 3),
    ];
    expect(new Set(fillers.map(({ Content }) => Content?.CodeSha256)).size).toBe(1);
    for (const filler of fillers) {
      expect(filler.Description).toBe(`Fills a number, so that ${name} has the same ones in all regions`);
      expect(filler.CompatibleRuntimes ?? []).toEqual([]);
      expect(await contentOf(filler)).toEqual(["README"]);
    }
    const second = JSON.parse((await publish(cwd, ...args, "--json")).stdout);
    expect(second.layers.map(({ result }: { result: string }) => result)).toEqual(regions.map(() => "unchanged"));
    expect(await numbers("ap-south-1", name)).toEqual([4, 3, 2, 1]);
  });

  it("fills with the same bytes where that is asked for, by the configuration too; a region that is ahead raises the number for all", async () => {
    const { cwd, write } = project("ahead", { publish: { regions, align: "same-bytes" } });
    const name = "ahead-arm64";
    expect((await publish(cwd, "--arch", "arm64")).code).toBe(0);
    expect(await everywhere(name)).toEqual([[1], [1], [1]]);
    await publishBefore("eu-west-1", name, 3);
    // Nothing has changed, and yet: nothing brings a number back.
    const raised = await publish(cwd, "--arch", "arm64", "--json");
    expect(JSON.parse(raised.stdout).layers).toMatchObject([
      { version: 5, filled: [2, 3, 4] },
      { version: 5 },
      { version: 5, filled: [2, 3, 4] },
    ]);
    const same = await Promise.all([1, 2, 3, 4, 5].map((number) => get("ap-south-1", name, number)));
    expect(new Set(same.map(({ Content }) => Content?.CodeSha256)).size).toBe(1);
    expect(same[1]).toMatchObject({ Description: "What it is", LicenseInfo: "MIT" });
    write("second");
    const next = await publish(cwd, "--arch", "arm64", "--json");
    expect(JSON.parse(next.stdout).layers.map(({ version }: { version: number }) => version)).toEqual([6, 6, 6]);
  });

  it.each(["placeholder", "same-bytes"])(
    "tells where deleted versions have used numbers up, leaves the layer itself on top, and is mended by the second run (%s)",
    async (fill) => {
      const { cwd } = project(`deleted-${fill}`);
      const name = `deleted-${fill}-arm64`;
      await publishBefore("us-east-1", name, 2);
      await publishBefore("eu-west-1", name, 6);
      for (const VersionNumber of [1, 2, 3, 4, 5, 6]) {
        await lambda("eu-west-1").send(new DeleteLayerVersionCommand({ LayerName: name, VersionNumber }));
      }
      const args = ["--arch", "arm64", "--align", fill, "--json"];
      const first = await publish(cwd, ...args);
      expect(first.code).toBe(3);
      const { layers, summary } = JSON.parse(first.stdout);
      expect(layers[1]).toMatchObject({
        region: "eu-west-1",
        result: "failed",
        error: { code: "NumberAhead", hint: expect.stringContaining("raises the number for all") },
      });
      expect(layers.map(({ version }: { version: number }) => version)).toEqual([3, fill === "placeholder" ? 8 : 7, 3]);
      expect(summary).toMatchObject({ complete: ["us-east-1", "ap-south-1"], missing: ["eu-west-1"] });
      expect(summary.finish[0]).toContain(`--align ${fill}`);
      const [top = 0] = await numbers("eu-west-1", name);
      expect(await get("eu-west-1", name, top)).toMatchObject({ Description: "What it is" });

      const second = await publish(cwd, ...args);
      expect(second.code, second.stderr).toBe(0);
      const tops = (await everywhere(name)).map(([newest]) => newest);
      expect(new Set(tops)).toEqual(new Set([top]));
      const newest = await Promise.all(regions.map((region) => get(region, name, top)));
      expect(new Set(newest.map(({ Content }) => Content?.CodeSha256)).size).toBe(1);
      expect((await publish(cwd, ...args)).stdout).not.toContain('"published"');
    },
  );

  it("gives both architectures of one layer their numbers in one order", async () => {
    const { cwd } = project("one", { layer: { name: "{name}" } });
    await publishBefore("eu-west-1", "one", 1);
    const done = await publish(cwd, "--align", "placeholder", "--json");
    expect(done.code, done.stderr).toBe(0);
    const { layers } = JSON.parse(done.stdout);
    expect(layers.map(({ architecture, version }: Record<string, unknown>) => `${architecture} ${version}`)).toEqual(
      regions.flatMap(() => ["x86_64 2", "arm64 3"]),
    );
    expect(await everywhere("one")).toEqual([
      [3, 2, 1],
      [3, 2, 1],
      [3, 2, 1],
    ]);
    expect((await publish(cwd, "--align", "placeholder")).stderr).toContain("0 published, 6 unchanged, 0 failed");
  });

  it("raises the number for all when a region that was left out comes back", async () => {
    const { cwd, write } = project("back");
    const name = "back-arm64";
    await publishBefore("eu-west-1", name, 2);
    const args = ["--arch", "arm64", "--align", "placeholder"];
    expect((await publish(cwd, ...args, "--regions", "us-east-1,ap-south-1")).code).toBe(0);
    expect(await everywhere(name)).toEqual([[1], [2, 1], [1]]);
    const back = await publish(cwd, ...args);
    expect(back.code, back.stderr).toBe(0);
    expect((await everywhere(name)).map(([newest]) => newest)).toEqual([3, 3, 3]);
    write("second");
    expect((await publish(cwd, ...args)).code).toBe(0);
    expect((await everywhere(name)).map(([newest]) => newest)).toEqual([4, 4, 4]);
  });

  it("refuses another fill", async () => {
    const result = await publish(project("wrong").cwd, "--align", "zeros");
    expect([result.code, result.stderr]).toEqual([2, expect.stringMatching(/same-bytes, placeholder/)]);
  });
});

describe("publish --align on bad days, with --local", () => {
  it("ends with one number everywhere, whatever was down, lost or throttled on the way", {
    timeout: 120_000,
  }, async () => {
    const folder = temporaryFolder();
    const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_TARGET: "local", AWS_REGION: "us-east-1" };
    const cwd = join(folder, "project");
    mkdirSync(cwd);
    const configuration = {
      name: "bad",
      kind: "layer",
      contents: [{ from: "note", to: "note" }],
      publish: { regions },
    };
    writeFileSync(join(cwd, "lambda-ext.jsonc"), JSON.stringify(configuration));
    const publish = async (text: string, ...args: string[]) => {
      writeFileSync(join(cwd, "note"), text);
      const { code, stdout } = await runCli(["publish", "--build", "--arch", "arm64", "--json", ...args], { cwd, env });
      return { code, layers: JSON.parse(stdout).layers };
    };
    const align = ["--align", "placeholder"];
    const fault = (region: string, op: string, kind: string) => [
      "--fault",
      `region=${region},op=${op},kind=${kind},count=1`,
    ];
    try {
      for (const text of ["1", "2", "3"]) await publish(text, "--regions", "eu-west-1");
      const lost = await publish("4", ...align, ...fault("ap-south-1", "PublishLayerVersion", "lost-answer"));
      expect(lost).toMatchObject({
        code: 0,
        layers: [{ version: 4 }, { version: 4 }, { version: 4, filled: [1, 2, 3] }],
      });
      const down = await publish("5", ...align, "--fault", "region=ap-south-1,kind=error");
      expect(down.code).toBe(3);
      expect(down.layers).toMatchObject([{ version: 5 }, { version: 5 }, { result: "failed" }]);
      const alone = await publish("6", ...align, "--fault", "region=us-east-1,kind=error", "--allow-fail", "us-east-1");
      expect(alone).toMatchObject({
        code: 0,
        layers: [{ result: "failed" }, { version: 6 }, { version: 6, filled: [5] }],
      });
      const whole = await publish("6", ...align);
      expect(whole.layers).toMatchObject([{ version: 6 }, { result: "unchanged" }, { result: "unchanged" }]);
    } finally {
      await runCli(["local", "stop"], { env });
    }
  });
});
