// versions and prune against the local endpoint, through the bundle that ships: who uses what, sixty versions, what may go.
import { rmSync } from "node:fs";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  AddLayerVersionPermissionCommand,
  CreateAliasCommand,
  CreateFunctionCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  clientOptions,
  lambdaTrust,
  startTestEndpoint,
  type TestEndpoint,
  zipOf,
} from "../emulator/control/support.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";

const soon = { minDelay: 0.01, maxDelay: 0.1, maxWaitTime: 20 };
const layerArn = (region: string, layer: string, version: number) =>
  `arn:aws:lambda:${region}:123456789012:layer:${layer}:${version}`;

describe("versions and prune against the local endpoint", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  let env: Record<string, string | undefined>;
  const lambda = (region = "us-east-1") => new LambdaClient(clientOptions(endpoint.emulator, region));

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-versions-"));
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: "us-east-1",
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      XDG_STATE_HOME: join(folder, "state"),
      CI: "1",
    };
    const iam = new IAMClient(clientOptions(endpoint.emulator));
    await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CliResult> => runCli(args, { cwd: folder, env });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at the part of a document that it means.
  async function json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  }
  async function publish(layer: string, count: number, options: { region?: string; architecture?: "arm64" } = {}) {
    const { region, architecture = "x86_64" } = options;
    for (let made = 0; made < count; made++) {
      const ZipFile = await zipOf({ "extensions/demo": `#!/bin/sh\n# ${layer} ${made}\n` });
      await lambda(region).send(
        new PublishLayerVersionCommand({
          LayerName: layer,
          Content: { ZipFile },
          CompatibleArchitectures: [architecture],
        }),
      );
    }
  }
  const share = (LayerName: string, VersionNumber: number, Principal: string, region?: string) =>
    lambda(region).send(
      new AddLayerVersionPermissionCommand({
        LayerName,
        VersionNumber,
        Principal,
        StatementId: `to-${Principal === "*" ? "all" : Principal}`,
        Action: "lambda:GetLayerVersion",
      }),
    );
  /** Makes a function with a layer version, or changes it to another one. */
  async function attach(
    FunctionName: string,
    layer: string,
    { region, made = true }: { region?: string; made?: boolean } = {},
  ) {
    const client = lambda(region);
    if (!made) {
      await client.send(new UpdateFunctionConfigurationCommand({ FunctionName, Layers: [layer] }));
      await waitUntilFunctionUpdatedV2({ client, ...soon }, { FunctionName });
      return;
    }
    const ZipFile = await zipOf({ "index.mjs": "export const handler = async () => 1;\n" });
    const Role = "arn:aws:iam::123456789012:role/runs";
    const shape = { FunctionName, Role, Runtime: "nodejs22.x", Handler: "index.handler", Code: { ZipFile } } as const;
    await client.send(new CreateFunctionCommand({ ...shape, Layers: [layer] }));
    await waitUntilFunctionActiveV2({ client, ...soon }, { FunctionName });
  }
  const numbers = async (LayerName: string, region?: string) =>
    (await lambda(region).send(new ListLayerVersionsCommand({ LayerName }))).LayerVersions?.map(
      ({ Version }) => Version,
    );

  it("shows number, region, hash, age, sharing and who uses it, within 80 columns", async () => {
    await publish("shown", 3);
    await publish("shown", 2, { region: "eu-west-1" });
    await share("shown", 2, "*");
    await share("shown", 2, "222222222222");
    await share("shown", 1, "222222222222", "eu-west-1");
    await attach("checkout", layerArn("us-east-1", "shown", 1));
    await lambda().send(new PublishVersionCommand({ FunctionName: "checkout" }));
    await lambda().send(new CreateAliasCommand({ FunctionName: "checkout", Name: "live", FunctionVersion: "1" }));
    await attach("checkout", layerArn("us-east-1", "shown", 2), { made: false });

    const { code, stdout, stderr } = await run("versions", "--regions", "us-east-1,eu-west-1", "--used-by", "shown");
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.trimEnd().split("\n");
    expect(lines[0]).toBe("shown");
    expect(lines.every((line) => line.length <= 80)).toBe(true);
    const cells = lines.slice(2).map((line) => line.split(/ {2,}/));
    expect(cells.map(([number, region, , , shared, used]) => [number, region, shared, used])).toEqual([
      ["3", "us-east-1", "nobody", "nobody"],
      ["2", "us-east-1", "public +1", "checkout:$LATEST"],
      ["2", "eu-west-1", "nobody", "nobody"],
      ["1", "us-east-1", "nobody", "checkout:1 (live)"],
      ["1", "eu-west-1", "222222222222", "nobody here"],
    ]);
    const document = await json("versions", "shown", "--used-by");
    expect(document.schemaVersion).toBe(1);
    const [newest, shared, oldest] = document.versions;
    expect(newest).toMatchObject({ layerName: "shown", version: 3, usedBy: [], grants: [] });
    expect(newest.codeSha256.slice(0, 12)).toBe(cells[0]?.[2]);
    expect(shared.grants.map(({ grantee }: { grantee: string }) => grantee)).toEqual(["public", "222222222222"]);
    expect(oldest).toMatchObject({
      arn: layerArn("us-east-1", "shown", 1),
      usedBy: [{ functionName: "checkout", version: "1", aliases: ["live"] }],
    });
  });

  it("goes through all pages of sixty versions, and asks for no functions where nobody wants to know", async () => {
    await publish("sixty", 60);
    const document = await json("versions", "sixty");
    expect(document.versions.map(({ version }: { version: number }) => version)).toEqual(
      Array.from({ length: 60 }, (_, index) => 60 - index),
    );
    expect(document.versions[0].usedBy).toBeUndefined();
    const plan = await json("prune", "sixty", "--keep", "5", "--dry-run");
    const going = plan.versions.filter(({ action }: { action: string }) => action === "delete");
    expect(going.map(({ version }: { version: number }) => version)).toEqual(
      Array.from({ length: 55 }, (_, index) => 55 - index),
    );
    expect(await numbers("sixty")).toHaveLength(50);
    const pruned = await json("prune", "sixty", "--keep", "5", "--yes");
    expect(pruned.versions.filter(({ result }: { result: string }) => result === "deleted")).toHaveLength(55);
    expect(await numbers("sixty")).toEqual([60, 59, 58, 57, 56]);
  });

  it("prunes what nothing uses: not $LATEST's, not a published version's, not what is shared", async () => {
    await publish("pruned", 6);
    await attach("kept", layerArn("us-east-1", "pruned", 1));
    await lambda().send(new PublishVersionCommand({ FunctionName: "kept" }));
    await attach("kept", layerArn("us-east-1", "pruned", 2), { made: false });
    await share("pruned", 3, "222222222222");
    const refused = await run("prune", "pruned", "--keep", "2");
    expect(refused.code).toBe(2);
    expect(refused.stderr).toMatch(/delete +pruned:4 .*no function in this account has it/);
    expect(refused.stderr).toMatch(/keep +pruned:3 .*shared with account 222222222222/);
    expect(refused.stderr).toMatch(/keep +pruned:2 .*used by kept:\$LATEST/);
    expect(refused.stderr).toMatch(/keep +pruned:1 .*used by kept:1/);
    expect(refused.stderr).toMatch(/1 version would be deleted for good, and nobody can be asked here/);
    expect(await numbers("pruned")).toEqual([6, 5, 4, 3, 2, 1]);

    const old = await run("prune", "pruned", "--keep", "2", "--older-than", "1d", "--yes");
    expect([old.code, old.stdout]).toEqual([0, ""]);
    const done = await run("prune", "pruned", "--keep", "2", "--yes");
    expect([done.code, done.stdout]).toEqual([0, `${layerArn("us-east-1", "pruned", 4)}\n`]);
    expect(done.stderr).toMatch(/nothing brings a version back/);
    expect(await numbers("pruned")).toEqual([6, 5, 3, 2, 1]);
    const shared = await run("prune", "pruned", "--keep", "2", "--yes", "--shared");
    expect([shared.code, shared.stdout]).toEqual([0, `${layerArn("us-east-1", "pruned", 3)}\n`]);
    expect(await numbers("pruned")).toEqual([6, 5, 2, 1]);
  });

  it("keeps the newest of each architecture, and of each region", async () => {
    await publish("both", 2);
    await publish("both", 2, { architecture: "arm64" });
    await publish("both", 2, { region: "eu-west-1" });
    const done = await run("prune", "both", "--keep", "1", "--yes", "--regions", "us-east-1,eu-west-1");
    expect(done.code, done.stderr).toBe(0);
    expect(await numbers("both")).toEqual([4, 2]);
    const { stdout } = await run("versions", "both");
    expect(stdout).toMatch(/4 +us-east-1 +arm64 [\s\S]*2 +us-east-1 +x86_64 /);
    expect(await numbers("both", "eu-west-1")).toEqual([2]);
  });

  it("takes the project's layers and regions where nothing else is said", async () => {
    const cwd = join(folder, "project");
    await mkdir(cwd);
    const configure = (more: object) =>
      writeFile(join(cwd, "lambda-ext.jsonc"), JSON.stringify({ name: "mine", ...more }));
    await publish("mine-x86_64", 1, { region: "eu-west-1" });
    await publish("mine-arm64", 2, { region: "eu-north-1" });
    const seen = async (more: string[], change: Record<string, string> = {}) => {
      const { code, stdout, stderr } = await runCli(["versions", "--json", ...more], {
        cwd,
        env: { ...env, ...change },
      });
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout).versions.map(({ arn }: { arn: string }) => arn.split(":").slice(3).join(":"));
    };
    const [x86, arm2, arm1] = [
      "eu-west-1:123456789012:layer:mine-x86_64:1",
      "eu-north-1:123456789012:layer:mine-arm64:2",
      "eu-north-1:123456789012:layer:mine-arm64:1",
    ];
    await configure({ publish: { regions: ["eu-west-1"] } });
    expect(await seen([])).toEqual([x86]);
    expect(await seen([], { LAMBDA_EXT_REGIONS: "eu-north-1" })).toEqual([arm2, arm1]);
    expect(await seen(["--region", "eu-north-1"])).toEqual([arm2, arm1]);
    expect(await seen(["--all-regions"])).toEqual([x86, arm2, arm1]);
    await configure({ layer: { name: "{name}" } });
    expect(await seen(["--all-regions"])).toEqual([]);
    await configure({ kind: "function" });
    const refused = await runCli(["versions", "--json"], { cwd, env });
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([2, "NoLayerNamed"]);
  });

  it.each([
    [["versions"], "NoLayerNamed", /no project whose layer could be meant/],
    [["versions", "a b"], "InvalidLayerName", /not the name of a layer/],
    [["versions", layerArn("eu-west-1", "shown", 1)], "InvalidLayerName", /not the name of a layer/],
    [["versions", "x", "--all-regions", "--regions", "eu-west-1"], "TwoRegionLists", /Both all regions and some/],
    [["prune", "x", "--keep", "1", "--older-than", "long"], "InvalidAge", /is no age/],
  ])("refuses %j", async (args, code, message) => {
    const result = await run(...args, "--json");
    expect(result.code).toBe(2);
    expect(JSON.parse(result.stdout).error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it("has to be told how many to keep, one at least", async () => {
    expect((await run("prune", "x")).stderr).toMatch(/--keep/);
    const none = await run("prune", "x", "--keep", "0");
    expect([none.code, none.stderr]).toEqual([2, expect.stringMatching(/whole number from 1/)]);
  });

  it("says so where there is nothing", async () => {
    const nothing = await run("versions", "nothing-here");
    expect([nothing.code, nothing.stdout]).toEqual([0, ""]);
    expect(nothing.stderr).toMatch(/no version of nothing-here in us-east-1/);
    expect(await json("prune", "nothing-here", "--keep", "1")).toMatchObject({ versions: [], failed: [] });
  });
});
