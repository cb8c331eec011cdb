// arns against the local endpoint, through the bundle that ships: what it finds, files that it keeps, regions that are down.

import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DeleteLayerVersionCommand, LambdaClient, PublishLayerVersionCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, startTestEndpoint, type TestEndpoint, zipOf } from "../emulator/control/support.ts";
import { type FaultServer, refuse, startFaultServer } from "../support/fault-server.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { findTool, missing } from "../support/tools.ts";

const start = "<!-- lambda-ext arns -->";
const end = "<!-- /lambda-ext arns -->";
const layerArn = (region: string, layer: string, version: number) =>
  `arn:aws:lambda:${region}:123456789012:layer:${layer}:${version}`;

describe("arns against the local endpoint", () => {
  let endpoint: TestEndpoint;
  let project: string;
  let env: Record<string, string | undefined>;
  const lambda = (region: string) => new LambdaClient(clientOptions(endpoint.emulator, region));

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    project = await mkdtemp(join(tmpdir(), "lambda-ext-arns-"));
    writeFileSync(
      join(project, "lambda-ext.jsonc"),
      JSON.stringify({
        name: "demo",
        kind: "layer",
        contents: [{ from: "data", to: "data" }],
        publish: { regions: ["us-east-1", "eu-west-1"] },
      }),
    );
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      CI: "1",
    };
    // Other numbers in other regions.
    for (const region of ["us-east-1", "us-east-1", "eu-west-1"]) await publish(region, "demo-x86_64", ["x86_64"]);
    for (const region of ["us-east-1", "eu-west-1"]) await publish(region, "demo-arm64", ["arm64"]);
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(project, { recursive: true, force: true });
  });

  async function publish(
    region: string,
    LayerName: string,
    architectures: readonly ("x86_64" | "arm64")[],
    Description?: string,
  ) {
    const ZipFile = await zipOf({ "extensions/demo": `#!/bin/sh\n# ${Math.random()}\n` });
    const CompatibleArchitectures = architectures.length > 0 ? [...architectures] : undefined;
    const input = { LayerName, Content: { ZipFile }, CompatibleArchitectures, Description };
    return await lambda(region).send(new PublishLayerVersionCommand(input));
  }
  const run = (...args: string[]): Promise<CliResult> => runCli(["arns", ...args], { cwd: project, env });
  const elsewhere = (cwd: string, ...args: string[]): Promise<CliResult> => runCli(["arns", ...args], { cwd, env });

  it("prints a table for a README: the newest version of each architecture in each of the configuration's regions", async () => {
    expect(await run()).toEqual({
      code: 0,
      stdout: [
        "| Region | x86_64 | arm64 |",
        "| --- | --- | --- |",
        `| \`eu-west-1\` | \`${layerArn("eu-west-1", "demo-x86_64", 1)}\` | \`${layerArn("eu-west-1", "demo-arm64", 1)}\` |`,
        `| \`us-east-1\` | \`${layerArn("us-east-1", "demo-x86_64", 2)}\` | \`${layerArn("us-east-1", "demo-arm64", 1)}\` |`,
        "",
      ].join("\n"),
      stderr: "",
    });
  });

  it("prints one document under --json", async () => {
    const { code, stdout } = await run("--json", "--arch", "amd64", "--format", "terraform");
    expect([code, JSON.parse(stdout)]).toEqual([
      0,
      {
        schemaVersion: 1,
        arns: ["eu-west-1", "us-east-1"].map((region, index) => ({
          ...{ layer: "demo", layerName: "demo-x86_64", architecture: "x86_64", region, version: index + 1 },
          arn: layerArn(region, "demo-x86_64", index + 1),
        })),
        missing: [],
        failed: [],
      },
    ]);
  });

  it.each([
    ["json", /^\{\n {2}"schemaVersion": 1,\n {2}"arns": \[/],
    ["terraform", /^locals \{\n {2}demo_layer_arns = \{/m],
    ["cloudformation", /^Mappings:\n {2}# Properties of an AWS::Lambda::Function:/],
    ["sam", /^Mappings:\n {2}# Properties of an AWS::Serverless::Function:/],
    ["cdk", /^export const demoLayerArns = \{/m],
    ["ssm", /^aws ssm put-parameter --region eu-west-1 --name \/lambda-layers\/demo\/x86_64 /m],
  ])("prints %s", async (format, expected) => {
    const { code, stdout } = await run("--format", format);
    expect(code).toBe(0);
    expect(stdout).toMatch(expected);
    expect(stdout.match(/arn:aws:lambda/g)?.length).toBeGreaterThanOrEqual(4);
  });

  it.skipIf(missing("aws"))(
    "prints ssm commands that the AWS CLI takes (needs the AWS CLI)",
    { timeout: 60_000 },
    async () => {
      const { stdout } = await run("--format", "ssm", "--regions", "us-east-1", "--arch", "arm64");
      const aws = findTool("aws") ?? "aws";
      await execa("sh", ["-eu"], {
        input: `aws() { "${aws}" "$@" >/dev/null; }\n${stdout}`,
        env,
      });
      const ssm = new SSMClient(clientOptions(endpoint.emulator));
      const { Parameter } = await ssm.send(new GetParameterCommand({ Name: "/lambda-layers/demo/arm64" }));
      expect(Parameter?.Value).toBe(layerArn("us-east-1", "demo-arm64", 1));
    },
  );

  it("looks at layers of other names: both architectures in one layer, one for both, one for none", async () => {
    await publish("us-east-1", "mixed", ["x86_64"]);
    await publish("us-east-1", "mixed", ["arm64"]);
    await publish("us-east-1", "anything", []);
    await publish("us-east-1", "either", ["x86_64", "arm64"]);
    const { stdout } = await run("mixed", "anything", "either", "--regions", "us-east-1", "--json");
    const { arns } = JSON.parse(stdout);
    expect(
      arns.map(({ layer, architecture, version }: Record<string, unknown>) => [layer, architecture, version]),
    ).toEqual([
      ["mixed", "x86_64", 1],
      ["mixed", "arm64", 2],
      ["anything", "x86_64", 1],
      ["anything", "arm64", 1],
      ["either", "x86_64", 1],
      ["either", "arm64", 1],
    ]);
  });

  it("knows other partitions", async () => {
    await publish("cn-north-1", "chinese", ["arm64"]);
    await publish("us-gov-west-1", "official", ["arm64"]);
    const chinese = await run("chinese", "--all-regions", "--region", "cn-north-1", "--format", "cloudformation");
    expect(chinese.stdout).toContain("arm64: arn:aws-cn:lambda:cn-north-1:123456789012:layer:chinese:1\n");
    const official = await run("official", "--regions", "us-gov-west-1", "--format", "cdk");
    expect(official.stdout).toContain(`"arn:aws-us-gov:lambda:us-gov-west-1:123456789012:layer:official:1"`);
  });

  it("says where a region that was named lacks one, and exits 3; of all regions it has those that have it", async () => {
    const named = await run("--regions", "us-east-1,eu-west-1,eu-north-1", "--json");
    expect(named.code).toBe(3);
    expect(named.stderr).toContain("demo for x86_64 is not published in eu-north-1");
    expect(JSON.parse(named.stdout).missing).toEqual([
      { layer: "demo", architecture: "x86_64", region: "eu-north-1" },
      { layer: "demo", architecture: "arm64", region: "eu-north-1" },
    ]);
    const allowed = await run("--regions", "us-east-1,eu-north-1", "--allow-fail", "eu-north-1");
    expect(allowed.code).toBe(0);
    const all = await run("--all-regions");
    expect([all.code, all.stdout]).toEqual([0, (await run()).stdout]);
  });

  it("sends nobody to a version that only fills a number", async () => {
    await publish("us-east-1", "begun", ["arm64"]);
    const { Version } = await publish(
      "eu-west-1",
      "begun",
      ["arm64"],
      "Fills a number, so that begun has the same ones in all regions",
    );
    const result = await run("begun");
    expect(result.code).toBe(3);
    expect(result.stderr).toContain("✗ eu-west-1: the newest version of begun only fills a number.");
    expect(result.stderr).not.toContain("not published");
    expect(result.stdout).not.toContain("eu-west-1");
    await lambda("eu-west-1").send(new DeleteLayerVersionCommand({ LayerName: "begun", VersionNumber: Version }));
  });

  it.each([
    [["nowhere"], 1, "NothingPublished", /no version of nowhere in us-east-1, eu-west-1/],
    [["--check"], 2, "CheckWithoutFile", /without a file/],
    [["--update", "arns.txt"], 2, "UnknownFormat", /arns\.txt does not say/],
    [["--update", "NONE.md"], 2, "NoSuchFile", /no file NONE\.md/],
    [["--update", "."], 2, "UnknownFormat", /\. does not say/],
    [["--update", ".", "--format", "cdk"], 1, "CannotRead", /Could not read \./],
    [["--update", "no/such.tf"], 2, "CannotWrite", /no such folder/],
    [["a b"], 2, "InvalidLayerName", /not the name of a layer/],
    [["--regions", "us-east-1", "--all-regions"], 2, "TwoRegionLists", /Both all regions and some/],
    [["--allow-fail", "nowhere"], 2, "InvalidRegion", /not a region that may fail/],
  ])("refuses %j", async (args, status, code, message) => {
    const result = await run(...args, "--json");
    expect(result.code).toBe(status);
    expect(JSON.parse(result.stdout).error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  describe("--update", () => {
    /** A folder of its own, with the project's configuration in it. */
    function folderWith(files: Readonly<Record<string, string | Buffer>>): string {
      const folder = temporaryFolder();
      writeFileSync(join(folder, "lambda-ext.jsonc"), readFileSync(join(project, "lambda-ext.jsonc")));
      for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
      return folder;
    }

    it("writes what is between the markers, and nothing else: other bytes, CRLF and a missing final newline stay", async () => {
      const before = Buffer.concat([
        Buffer.from("\ufeff# Lambda\r\nUnix line\n"),
        Buffer.from([0xe4, 0xff, 0x0d, 0x0a]),
        Buffer.from(`\r\n${start}\r\nold\n`),
      ]);
      const after = Buffer.from(`${end}\r\n\r\nno newline at the end \t`);
      const folder = folderWith({ "README.md": Buffer.concat([before, after]) });
      const first = await elsewhere(folder, "--update", "README.md");
      expect(first).toMatchObject({ code: 0, stdout: "" });
      expect(first.stderr).toContain("README.md was updated");
      const table = (await run()).stdout.replaceAll("\n", "\r\n");
      const content = readFileSync(join(folder, "README.md"));
      const around = before.subarray(0, before.length - "old\n".length);
      expect(content.equals(Buffer.concat([around, Buffer.from(table), after]))).toBe(true);

      const { mtimeMs, ino } = statSync(join(folder, "README.md"));
      const second = await elsewhere(folder, "--update", "README.md");
      expect([second.code, second.stderr]).toEqual([0, expect.stringContaining("README.md is up to date")]);
      expect(statSync(join(folder, "README.md"))).toMatchObject({ mtimeMs, ino });
      expect(readdirSync(folder).sort()).toEqual(["README.md", "lambda-ext.jsonc"]);
    });

    it("keeps links and modes", async () => {
      const folder = folderWith({});
      mkdirSync(join(folder, "docs"));
      writeFileSync(join(folder, "docs", "arns.md"), `${start}\n${end}\n`);
      chmodSync(join(folder, "docs", "arns.md"), 0o640);
      symlinkSync(join("docs", "arns.md"), join(folder, "README.md"));
      expect((await elsewhere(folder, "--update", "README.md")).code).toBe(0);
      expect(lstatSync(join(folder, "README.md")).isSymbolicLink()).toBe(true);
      expect(statSync(join(folder, "docs", "arns.md")).mode & 0o777).toBe(0o640);
      expect(readFileSync(join(folder, "docs", "arns.md"), "utf8")).toBe(`${start}\n${(await run()).stdout}${end}\n`);
    });

    it("tells CI with --check, and changes nothing", async () => {
      const text = `${start}\n${end}\n`;
      const folder = folderWith({ "README.md": text });
      const outdated = await elsewhere(folder, "--update", "README.md", "--check", "--json");
      expect([outdated.code, JSON.parse(outdated.stdout).result]).toEqual([1, "outdated"]);
      expect(outdated.stderr).toContain("✗ README.md is out of date.");
      expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(text);
      await elsewhere(folder, "--update", "README.md");
      const current = await elsewhere(folder, "--update", "README.md", "--check", "--json");
      expect([current.code, JSON.parse(current.stdout)]).toEqual([
        0,
        expect.objectContaining({ file: "README.md", result: "unchanged" }),
      ]);
    });

    it("knows markers that only show what they look like", async () => {
      const shown = `\`\`\`md\n${start}\n${end}\n\`\`\`\n~~~~\n~~~\n${start}\n~~~~\n`;
      const folder = folderWith({ "README.md": `${shown}${start}\n${end}\n` });
      expect((await elsewhere(folder, "--update", "README.md")).code).toBe(0);
      expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(`${shown}${start}\n${(await run()).stdout}${end}\n`);
    });

    it.each([
      ["# no markers\n", "NoMarkers", `  ${start}\n  ${end}`],
      [`\`\`\`\n${start}\n${end}\n\`\`\`\n`, "NoMarkers", start],
      [`${start}\n`, "HalfMarkers", "nothing was changed"],
      [`${end}\n${start}\n`, "HalfMarkers", "nothing was changed"],
      [`${end}\n`, "HalfMarkers", "nothing was changed"],
      [`${start}\n${end}\n${start}\n${end}\n`, "TwoBlocks", start],
    ])("refuses %j", async (text, code, hint) => {
      const folder = folderWith({ "README.md": text });
      const result = await elsewhere(folder, "--update", "README.md", "--json");
      expect(result.code).toBe(2);
      expect(JSON.parse(result.stdout).error).toMatchObject({ code, hint: expect.stringContaining(hint) });
      expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(text);
    });

    it.each([
      ["arns.tf", `# lambda-ext arns\n`, `# /lambda-ext arns\n`],
      ["arns.ts", `// lambda-ext arns\n`, `// /lambda-ext arns\n`],
      ["arns.sh", `# lambda-ext arns\n`, `# /lambda-ext arns\n`],
      ["arns.json", "", ""],
    ])("makes %s, by whose name it knows the format, and keeps it", async (name, before, after) => {
      const folder = folderWith({});
      const made = await elsewhere(folder, "--update", name);
      expect([made.code, made.stderr]).toEqual([0, expect.stringContaining(`${name} was made`)]);
      const text = readFileSync(join(folder, name), "utf8");
      expect(text.startsWith(before) && text.endsWith(after)).toBe(true);
      expect((await elsewhere(folder, "--update", name)).stderr).toContain("is up to date");
      writeFileSync(join(folder, name), text.replaceAll("demo", "past"));
      expect((await elsewhere(folder, "--update", name)).stderr).toContain("was updated");
      expect(readFileSync(join(folder, name), "utf8")).toBe(text);
    });

    it("writes below a template's own Mappings, as far to the right as the marker", async () => {
      const head = "Mappings:\n  Mine:\n    a: { b: c }\n";
      const folder = folderWith({
        "template.yaml": `${head}  # lambda-ext arns\n  # /lambda-ext arns\nResources: {}\n`,
      });
      expect((await elsewhere(folder, "--update", "template.yaml", "--format", "sam")).code).toBe(0);
      const text = readFileSync(join(folder, "template.yaml"), "utf8");
      expect(text.match(/^Mappings:/gm)).toHaveLength(1);
      expect(text).toContain(
        `\n  DemoLayerArns:\n    eu-west-1:\n      amd64: ${layerArn("eu-west-1", "demo-x86_64", 1)}\n`,
      );
      expect(text.endsWith("  # /lambda-ext arns\nResources: {}\n")).toBe(true);
    });

    it.each(['{ "name": "not-ours" }', "not JSON", "[]"])("does not write over another JSON file: %s", async (text) => {
      const folder = folderWith({ "package.json": text });
      const result = await elsewhere(folder, "--update", "package.json", "--json");
      expect([result.code, JSON.parse(result.stdout).error.code]).toEqual([2, "NotOurFile"]);
      expect(readFileSync(join(folder, "package.json"), "utf8")).toBe(text);
    });

    it("leaves the file alone while the table is not complete", async () => {
      const text = `${start}\nthe last good table\n${end}\n`;
      const folder = folderWith({ "README.md": text });
      const args = ["--update", "README.md", "--regions", "us-east-1,eu-north-1"];
      const result = await elsewhere(folder, ...args, "--json");
      expect([result.code, JSON.parse(result.stdout).result]).toEqual([3, "incomplete"]);
      expect(result.stderr).toContain("README.md was left as it is");
      expect(readFileSync(join(folder, "README.md"), "utf8")).toBe(text);
      expect((await elsewhere(folder, ...args, "--allow-fail", "eu-north-1")).code).toBe(0);
      expect(readFileSync(join(folder, "README.md"), "utf8")).not.toContain("eu-north-1");
    });
  });
});

describe("arns and regions that are down", () => {
  let server: FaultServer;
  beforeAll(async () => {
    server = await startFaultServer(({ region, path }) => {
      if (path === "/listRegions") return refuse(403, "AccessDeniedException", "User is not authorized");
      if (region === "af-south-1") return refuse(403, "UnrecognizedClientException", "The security token is invalid.");
      if (region === "me-south-1") return refuse(403, "AccessDeniedException", "User is not authorized");
      const LayerName = /layers\/([^/]+)/.exec(path)?.[1] ?? "";
      const LayerVersionArn = layerArn(region, LayerName, 4);
      return {
        status: 200,
        body: { LayerVersions: [{ LayerVersionArn, Version: 4, CompatibleArchitectures: ["arm64"] }] },
      };
    });
  });
  afterAll(() => server.close());
  const run = (...args: string[]): Promise<CliResult> =>
    runCli(["arns", "demo", "--arch", "arm64", ...args], {
      cwd: tmpdir(),
      env: {
        AWS_ENDPOINT_URL: server.url,
        AWS_ACCESS_KEY_ID: "key",
        AWS_SECRET_ACCESS_KEY: "secret",
        AWS_REGION: "eu-west-1",
      },
    });

  it("prints what there is, says which one failed, and exits 3: no empty ARN anywhere", async () => {
    const result = await run("--regions", "eu-west-1,me-south-1");
    expect(result.code).toBe(3);
    expect(result.stdout).toBe(
      `| Region | arm64 |\n| --- | --- |\n| \`eu-west-1\` | \`${layerArn("eu-west-1", "demo", 4)}\` |\n`,
    );
    expect(result.stderr).toMatch(/✗ me-south-1: Could not list the versions of layer demo/);
  });

  it("leaves out regions that nobody named and that are not enabled", async () => {
    const all = await run("--all-regions", "--allow-fail", "me-south-1");
    expect([all.code, all.stdout.split("\n").length], all.stderr).toEqual([0, 2 + 32 + 1]);
    expect(all.stderr).toContain("probably not enabled for this account: af-south-1");
    const named = await run("--regions", "eu-west-1,af-south-1");
    expect([named.code, named.stderr]).toEqual([3, expect.stringContaining("af-south-1 is probably not enabled")]);
  });

  it("exits 0 where that one may fail, and 1 where nothing is left", async () => {
    expect((await run("--regions", "eu-west-1,me-south-1", "--allow-fail", "me-south-1")).code).toBe(0);
    const none = await run("--regions", "me-south-1", "--json");
    expect([none.code, JSON.parse(none.stdout).failed[0].error.code]).toEqual([1, "AccessDenied"]);
  });
});
