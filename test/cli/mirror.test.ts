// mirror through the bundle that ships: against the local endpoint, and against a server on its bad days.
import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { mkdtemp, readdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandInput,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientOptions, startTestEndpoint, type TestEndpoint, zipOf } from "../emulator/control/support.ts";
import { storedZip } from "../support/archives.ts";
import { type Answer, type FaultServer, refuse, startFaultServer } from "../support/fault-server.ts";
import { type CliResult, runCli } from "../support/run-cli.ts";

const own = "123456789012";
const arnOf = (region: string, layer: string, version: number, partition = "aws") =>
  `arn:${partition}:lambda:${region}:${own}:layer:${layer}:${version}`;

describe("mirror against the local endpoint", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  let temporary: string;
  let env: Record<string, string | undefined>;
  const lambda = (region: string) => new LambdaClient(clientOptions(endpoint.emulator, region));

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = await mkdtemp(join(tmpdir(), "lambda-ext-mirrored-"));
    temporary = await mkdtemp(join(folder, "temporary-"));
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    env = {
      AWS_ENDPOINT_URL: endpoint.emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: undefined,
      AWS_DEFAULT_REGION: undefined,
      AWS_PROFILE: undefined,
      XDG_STATE_HOME: join(folder, "state"),
      TMPDIR: temporary,
      CI: "1",
    };
  });
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const run = (...args: string[]): Promise<CliResult> => runCli(["mirror", ...args], { cwd: folder, env });
  // biome-ignore lint/suspicious/noExplicitAny: a test looks at the part of a document that it means.
  async function json(...args: string[]): Promise<any> {
    const { code, stdout, stderr } = await run(...args, "--json");
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  }
  async function publish(region: string, LayerName: string, more: Partial<PublishLayerVersionCommandInput> = {}) {
    const ZipFile = await zipOf({ "extensions/demo": `#!/bin/sh\n# ${LayerName} ${Math.random()}\n` });
    return await lambda(region).send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile }, ...more }));
  }
  const versions = async (region: string, LayerName: string) =>
    (await lambda(region).send(new ListLayerVersionsCommand({ LayerName }))).LayerVersions?.map(
      ({ Version }) => Version,
    );
  const get = (region: string, LayerName: string, VersionNumber: number) =>
    lambda(region).send(new GetLayerVersionCommand({ LayerName, VersionNumber }));
  const about = {
    CompatibleRuntimes: ["python3.13", "nodejs22.x"],
    CompatibleArchitectures: ["arm64"],
    LicenseInfo: "Apache-2.0",
    Description: 'What it is: "quoted", and a ü',
  } satisfies Partial<PublishLayerVersionCommandInput>;

  it("copies bytes, runtimes, architectures, license and description, once", async () => {
    const made = await publish("us-east-1", "copied", about);
    const arn = arnOf("us-east-1", "copied", 1);
    const first = await run(arn, "--to-region", "eu-west-1,ap-south-1");
    expect(first.code, first.stderr).toBe(0);
    const copies = ["eu-west-1", "ap-south-1"].map((region) => arnOf(region, "copied", 1));
    expect(first.stdout).toBe(`${copies.join("\n")}\n`);
    expect(first.stderr).toContain("Its license, as it says itself: Apache-2.0");
    expect(first.stderr).toMatch(/arm64, runtimes: python3\.13, nodejs22\.x/);
    for (const region of ["eu-west-1", "ap-south-1"]) {
      const copy = await get(region, "copied", 1);
      expect(copy).toMatchObject(about);
      expect(copy.Content?.CodeSha256).toBe(made.Content?.CodeSha256);
    }
    const second = await json(arn, "--to-region", "eu-west-1,ap-south-1");
    expect(second).toMatchObject({
      schemaVersion: 1,
      original: { arn, license: "Apache-2.0", architectures: ["arm64"], codeSha256: made.Content?.CodeSha256 },
      layers: copies.map((copy) => ({ arn: copy, result: "unchanged", architectures: ["arm64"] })),
      summary: { complete: ["eu-west-1", "ap-south-1"], missing: [] },
    });
    expect(JSON.stringify(second)).not.toContain("location");
    expect(await versions("eu-west-1", "copied")).toEqual([1]);
    const left = (await readdir(temporary)).filter((name) => name.startsWith("lambda-ext-mirror-"));
    expect(left).toEqual([]);
  });

  it.each([
    ["both", ["x86_64", "arm64"] as const],
    ["none", undefined],
  ])("names the same architectures: %s", async (name, CompatibleArchitectures) => {
    const LayerName = `names-${name}`;
    await publish(
      "us-east-1",
      LayerName,
      CompatibleArchitectures && { CompatibleArchitectures: [...CompatibleArchitectures] },
    );
    const arn = arnOf("us-east-1", LayerName, 1);
    const document = await json(arn, "--to-region", "eu-west-1");
    expect(document.layers[0]).toMatchObject({ result: "published", architectures: CompatibleArchitectures ?? [] });
    expect((await get("eu-west-1", LayerName, 1)).CompatibleArchitectures ?? []).toEqual(CompatibleArchitectures ?? []);
    expect((await json(arn, "--to-region", "eu-west-1")).layers[0].result).toBe("unchanged");
  });

  it("keeps the copies of two architectures under one name apart", async () => {
    for (const architecture of ["x86_64", "arm64"] as const) {
      await publish("us-east-1", "pair", { CompatibleArchitectures: [architecture] });
    }
    for (const result of ["published", "unchanged"]) {
      for (const version of [1, 2]) {
        const { layers } = await json(arnOf("us-east-1", "pair", version), "--to-region", "eu-west-1");
        expect(layers).toMatchObject([{ arn: arnOf("eu-west-1", "pair", version), result }]);
      }
    }
  });

  it("shows with --dry-run what it would do, and does nothing", async () => {
    await publish("us-east-1", "planned");
    const args = [arnOf("us-east-1", "planned", 1), "--to-region", "eu-west-1", "--dry-run"];
    const shown = await run(...args);
    expect([shown.code, shown.stdout]).toEqual([0, "publish   eu-west-1 planned: there is no version yet\n"]);
    expect(shown.stderr).toContain("It says nothing about its license");
    expect(await json(...args)).toMatchObject({
      dryRun: true,
      layers: [{ region: "eu-west-1", layerName: "planned", actions: [{ action: "publish" }] }],
    });
    expect(await versions("eu-west-1", "planned")).toEqual([]);
  });

  it("does not copy a layer onto itself, unless under another name", async () => {
    await publish("us-east-1", "itself");
    await publish("us-east-1", "itself");
    const arn = arnOf("us-east-1", "itself", 1);
    const refused = await run(arn, "--to-region", "us-east-1", "--json");
    expect([refused.code, JSON.parse(refused.stdout).error.code]).toEqual([2, "SameRegion"]);
    const elsewhere = await run(arn, "--to-region", "us-east-1,eu-west-1");
    expect([elsewhere.code, elsewhere.stdout]).toEqual([0, `${arnOf("eu-west-1", "itself", 1)}\n`]);
    expect(elsewhere.stderr).toContain("us-east-1 has the original");
    expect(await versions("us-east-1", "itself")).toEqual([2, 1]);
    const renamed = await run(arn, "--to-region", "us-east-1", "--layer-name", "our-copy");
    expect([renamed.code, renamed.stdout]).toEqual([0, `${arnOf("us-east-1", "our-copy", 1)}\n`]);
  });

  it("knows other partitions, and all regions of one", async () => {
    await publish("cn-north-1", "chinese", { CompatibleArchitectures: ["x86_64"] });
    const arn = arnOf("cn-north-1", "chinese", 1, "aws-cn");
    const copied = await run(arn, "--to-region", "all");
    expect([copied.code, copied.stdout], copied.stderr).toEqual([
      0,
      `${arnOf("cn-northwest-1", "chinese", 1, "aws-cn")}\n`,
    ]);
    const refused = await run(arn, "--to-region", "eu-west-1", "--json");
    expect([refused.code, JSON.parse(refused.stdout).error]).toEqual([
      2,
      expect.objectContaining({ code: "OtherPartition", hint: expect.stringContaining("publish --zip") }),
    ]);
  });

  it("shares copies as its flags say, whatever the project's own layer does, and makes none public without a yes", async () => {
    writeFileSync(join(folder, "lambda-ext.jsonc"), JSON.stringify({ publish: { sharing: { public: true } } }));
    await publish("us-east-1", "lent");
    const arn = arnOf("us-east-1", "lent", 1);
    const policy = async () => {
      const command = new GetLayerVersionPolicyCommand({ LayerName: "lent", VersionNumber: 1 });
      return await lambda("eu-west-1")
        .send(command)
        .then(
          ({ Policy }) => Policy,
          () => undefined,
        );
    };
    const refused = await run(arn, "--to-region", "eu-west-1", "--public");
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining("nobody has said yes")]);
    expect(await versions("eu-west-1", "lent")).toEqual([]);
    expect((await run(arn, "--to-region", "eu-west-1")).code).toBe(0);
    expect(await policy()).toBeUndefined();
    const shared = await json(arn, "--to-region", "eu-west-1", "--account", "222222222222");
    expect(shared.layers[0]).toMatchObject({ result: "shared", granted: ["222222222222"] });
    expect(await policy()).toContain("222222222222");
    rmSync(join(folder, "lambda-ext.jsonc"));
  });

  it("says where a copy that was there says something else, and copies it anew with --force", async () => {
    const ZipFile = await zipOf({ x: "the same bytes" });
    await publish("us-east-1", "said", { Content: { ZipFile }, LicenseInfo: "MIT" });
    await publish("eu-west-1", "said", { Content: { ZipFile }, LicenseInfo: "BSD-2-Clause" });
    const args = [arnOf("us-east-1", "said", 1), "--to-region", "eu-west-1"];
    const there = await run(...args);
    expect(there.code).toBe(0);
    expect(there.stderr).toMatch(/eu-west-1:123456789012:layer:said:1 has the same bytes, and another license/);
    expect((await json(...args, "--force")).layers[0]).toMatchObject({ result: "published", version: 2 });
    expect((await get("eu-west-1", "said", 2)).LicenseInfo).toBe("MIT");
  });

  it("copies a zip above 50 MB through a bucket of the region, and removes it there", { timeout: 60_000 }, async () => {
    const s3 = (region: string) =>
      new S3Client({ ...clientOptions(endpoint.emulator, region), forcePathStyle: true, followRegionRedirects: false });
    for (const region of ["us-east-1", "eu-west-1"]) {
      await s3(region).send(new CreateBucketCommand({ Bucket: `zips-${region}` }));
    }
    const Body = storedZip("data", Buffer.alloc(53_000_000, "large"));
    await s3("us-east-1").send(new PutObjectCommand({ Bucket: "zips-us-east-1", Key: "large.zip", Body }));
    await publish("us-east-1", "large", { Content: { S3Bucket: "zips-us-east-1", S3Key: "large.zip" } });
    const arn = arnOf("us-east-1", "large", 1);
    const copied = await run(arn, "--to-region", "eu-west-1", "--bucket", "zips-{region}", "--json");
    expect(copied.code, copied.stderr).toBe(0);
    const codeSha256 = createHash("sha256").update(Body).digest("base64");
    expect(JSON.parse(copied.stdout).layers).toMatchObject([{ result: "published", codeSha256 }]);
    expect((await get("eu-west-1", "large", 1)).Content?.CodeSha256).toBe(codeSha256);
    const left = await s3("eu-west-1").send(new ListObjectsV2Command({ Bucket: "zips-eu-west-1" }));
    expect(left.KeyCount).toBe(0);
  });

  const layer = "arn:aws:lambda:us-east-1:123456789012:layer";
  it.each([
    ["not-an-arn", 2, "InvalidLayerArn", /is not an ARN/],
    ["arn:aws:lambda:us-east-1:123456789012:function:x", 2, "InvalidLayerArn", /not the ARN of a layer/],
    [`${layer}:x`, 2, "InvalidLayerArn", /which version/],
    [`${layer.replace("us-east-1", "nowhere")}:x:1`, 2, "InvalidLayerArn", /not a region/],
    [`${layer.replace(own, "42")}:x:1`, 2, "InvalidLayerArn", /twelve digits/],
    [`${layer.replace("us-east-1", "cn-north-1")}:x:1`, 2, "InvalidLayerArn", /contradicts itself/],
    [`${layer}:nowhere:1`, 1, "ResourceNotFoundException", /Could not read arn:.*:nowhere:1/],
    [
      `${layer.replace(own, "210987654321")}:x:1`,
      1,
      "AccessDenied",
      /not authorized to perform: lambda:GetLayerVersion/,
    ],
    ["arn:aws:lambda:::awslayer:AmazonLinux", 1, "AccessDenied", /awslayer:AmazonLinux/],
  ])("refuses %s", async (arn, status, code, message) => {
    const result = await run(arn, "--to-region", "eu-west-1", "--json");
    expect(result.code).toBe(status);
    const { error } = JSON.parse(result.stdout);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(error.hint).not.toBe("");
  });

  it("says what it means not to be let at another account's layer", async () => {
    const { stderr } = await run(`${layer.replace(own, "210987654321")}:x:7`, "--to-region", "eu-west-1");
    expect(stderr).toMatch(
      /account 210987654321 has not shared version 7 .*or there is none in us-east-1.*lambda:GetLayerVersion/,
    );
  });

  it.each([
    [["--to-region", "nowhere"], "InvalidRegion"],
    [["--to-region", "eu-west-1", "--layer-name", "a b"], "InvalidLayerName"],
    [["--to-region", "eu-west-1", "--public", "--private"], "ContradictingSharing"],
  ])("refuses %j", async (args, code) => {
    const result = await run(`${layer}:x:1`, ...args, "--json");
    expect([result.code, JSON.parse(result.stdout).error.code]).toEqual([2, code]);
  });

  it("wants to know where to", async () => {
    const result = await run(`${layer}:x:1`);
    expect([result.code, result.stderr]).toEqual([2, expect.stringContaining("--to-region")]);
  });
});

describe("mirror of a vendor's layer, on bad days", () => {
  const vendor = "arn:aws:lambda:us-east-1:999999999999:layer:vendors:41";
  const zip = storedZip("extensions/vendors", Buffer.alloc(300_000, "v"));
  const codeSha256 = createHash("sha256").update(zip).digest("base64");
  /** What each region has, and what the server does when the zip is asked for. */
  let published: Map<string, number>;
  let give: (count: number) => Answer;
  let location: string | undefined;
  let downloads: number;
  let changed: object;
  let bytes: number;
  let down: string | undefined;
  let server: FaultServer;

  beforeAll(async () => {
    server = await startFaultServer(({ method, path, query, region, body, headers }) => {
      if (path === "/zip") {
        expect(headers.authorization).toBeUndefined();
        return give(++downloads);
      }
      const version = (arn: string, more: object = {}) => ({
        status: method === "POST" ? 201 : 200,
        body: {
          LayerVersionArn: arn,
          Version: Number(arn.split(":").at(-1)),
          CompatibleArchitectures: ["arm64"],
          LicenseInfo: "proprietary",
          Content: { Location: location ?? `${server.url}/zip?secret=1`, CodeSha256: codeSha256, CodeSize: bytes },
          ...more,
        },
      });
      if (path === "/") {
        const result = "<GetCallerIdentityResult><Account>123456789012</Account></GetCallerIdentityResult>";
        const body = `<GetCallerIdentityResponse>${result}</GetCallerIdentityResponse>`;
        return { status: 200, headers: { "content-type": "text/xml" }, body };
      }
      if (query.get("find") === "LayerVersion") return version(query.get("Arn") ?? "");
      if (region === down) return refuse(403, "AccessDeniedException", "User is not authorized");
      const count = published.get(region) ?? 0;
      const copy = (number: number) => arnOf(region, "vendors", number);
      if (method === "POST") {
        expect(JSON.parse(body.toString()).Content.ZipFile).toBe(zip.toString("base64"));
        published.set(region, count + 1);
        return version(copy(count + 1), changed);
      }
      if (/versions\/\d+$/.test(path)) return version(copy(count), changed);
      const LayerVersions =
        count === 0 ? [] : [{ LayerVersionArn: copy(count), Version: count, CompatibleArchitectures: ["arm64"] }];
      return { status: 200, body: { LayerVersions } };
    });
  });
  afterAll(() => server.close());
  beforeEach(() => {
    published = new Map();
    give = () => ({ status: 200, body: zip });
    location = undefined;
    downloads = 0;
    changed = {};
    bytes = zip.length;
    down = undefined;
  });

  const env = () => ({
    AWS_ENDPOINT_URL: server.url,
    AWS_ACCESS_KEY_ID: "key",
    AWS_SECRET_ACCESS_KEY: "secret",
    AWS_REGION: "eu-west-1",
  });
  const run = (...args: string[]): Promise<CliResult> =>
    runCli(["mirror", vendor, "--to-region", "eu-west-1", ...args], { cwd: tmpdir(), env: env() });

  it("downloads once for all regions, without credentials, and not at all where nothing is to be done", async () => {
    const both = ["--to-region", "us-west-2"];
    const first = await run(...both);
    expect([first.code, first.stdout], first.stderr).toEqual([
      0,
      `${arnOf("eu-west-1", "vendors", 1)}\n${arnOf("us-west-2", "vendors", 1)}\n`,
    ]);
    expect(first.stderr).toContain("Its license, as it says itself: proprietary");
    expect(downloads).toBe(1);
    const second = await run(...both, "--json");
    expect(JSON.parse(second.stdout).layers).toMatchObject([{ result: "unchanged" }, { result: "unchanged" }]);
    expect(downloads).toBe(1);
    expect([...published.values()]).toEqual([1, 1]);
  });

  it.each<[string, (count: number) => Answer]>([
    ["is reset", () => "reset"],
    ["ends early", () => ({ status: 200, body: zip.subarray(0, 1000) })],
    ["is refused by an overloaded S3", () => ({ status: 503, body: "Slow Down" })],
  ])("tries a download again that %s", async (_, bad) => {
    give = (count) => (count < 3 ? bad(count) : { status: 200, body: zip });
    const result = await run();
    expect(result.code, result.stderr).toBe(0);
    expect(downloads).toBe(3);
    give = bad;
    published.clear();
    expect((await run()).code).toBe(1);
    expect([downloads, published.size]).toEqual([6, 0]);
  });

  it.each<[string, Answer, string, RegExp]>([
    ["another zip", { status: 200, body: Buffer.alloc(zip.length, "x") }, "HashMismatch", /SHA-256 is another one/],
    ["a longer one", { status: 200, body: Buffer.alloc(zip.length * 20) }, "HashMismatch", /more than \d+ bytes/],
    ["another address", { status: 302, headers: { location: "/zip" } }, "Redirected", /is not followed/],
    ["an expired address", { status: 403, body: "<Error/>" }, "DownloadRefused", /refused the zip \(HTTP 403\)/],
  ])("publishes nothing where it gets %s", async (_, answer, code, message) => {
    give = () => answer;
    const result = await run("--json");
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout).error).toMatchObject({ code, message: expect.stringMatching(message) });
    expect([downloads, published.size]).toEqual([1, 0]);
    expect(`${result.stdout}${result.stderr}`).not.toContain("secret=1");
  });

  it.each(["http://example.com/zip?secret=1", "ftp://127.0.0.1/zip?secret=1", "nonsense secret=1"])(
    "does not fetch %s",
    async (address) => {
      location = address;
      const result = await run("--json");
      expect([result.code, JSON.parse(result.stdout).error.code]).toEqual([1, "UnsafeLocation"]);
      expect(`${result.stdout}${result.stderr}`).not.toContain("secret=1");
      expect(published.size).toBe(0);
    },
  );

  it.each([
    [[], "BucketNeeded", vendor],
    [["--bucket", "Zips"], "InvalidBucket", "Zips"],
    [["--bucket", "zips", "--to-region", "us-west-2"], "OneBucketForAll", "zips"],
  ])("wants a bucket in each region for more than 50 MB: %j", async (args, code, what) => {
    bytes = 60_000_000;
    const result = await run(...args, "--json");
    expect(result.code).toBe(2);
    expect(JSON.parse(result.stdout).error).toMatchObject({ code, message: expect.stringContaining(what) });
    expect([downloads, published.size]).toEqual([0, 0]);
  });

  it("fails a copy that is not what its original is", async () => {
    changed = { LicenseInfo: "something else", CompatibleRuntimes: ["nodejs22.x"] };
    const result = await run("--json");
    expect(result.code).toBe(1);
    expect(JSON.parse(result.stdout).layers[0]).toMatchObject({
      result: "failed",
      error: { code: "CopyDiffers", message: expect.stringContaining("another list of runtimes and license") },
    });
  });

  it("copies to the original's own region too, where that is another account's", async () => {
    const { code, stdout, stderr } = await run("--to-region", "us-east-1");
    expect([code, stdout], stderr).toEqual([
      0,
      `${arnOf("eu-west-1", "vendors", 1)}\n${arnOf("us-east-1", "vendors", 1)}\n`,
    ]);
  });

  it("leaves nothing behind when it is interrupted in a download", async () => {
    const stop = new AbortController();
    give = () => {
      stop.abort();
      return "hang";
    };
    const temporary = mkdtempSync(join(tmpdir(), "lambda-ext-interrupted-"));
    const ended = await runCli(["mirror", vendor, "--to-region", "eu-west-1"], {
      cwd: temporary,
      env: { ...env(), TMPDIR: temporary },
      signal: stop.signal,
    });
    expect([ended.code, ended.stderr]).toEqual([130, expect.stringContaining("Interrupted")]);
    expect(readdirSync(temporary)).toEqual([]);
    rmSync(temporary, { recursive: true });
    expect(published.size).toBe(0);
    give = () => ({ status: 200, body: zip });
    expect((await run()).code).toBe(0);
  });

  it("goes on where a region fails, and prints the command that finishes it", async () => {
    down = "us-west-2";
    const result = await run("--to-region", "us-west-2", "--account", "222222222222", "--dry-run");
    expect(result.code).toBe(3);
    const applied = await run("--to-region", "us-west-2", "--region-timeout", "20");
    expect([applied.code, applied.stdout]).toEqual([3, `${arnOf("eu-west-1", "vendors", 1)}\n`]);
    expect(applied.stderr).toContain(
      `Run again what failed: lambda-ext mirror ${vendor} --to-region us-west-2 --region-timeout 20\n`,
    );
    expect((await run("--to-region", "us-west-2", "--allow-fail", "us-west-2")).code).toBe(0);
    down = undefined;
    expect((await run("--to-region", "us-west-2")).code).toBe(0);
    expect([...published.entries()]).toEqual([
      ["eu-west-1", 1],
      ["us-west-2", 1],
    ]);
  });
});

describe("mirror on a bad day, with --local", () => {
  it("makes one copy in each region, whatever got lost on the way", { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "lambda-ext-bad-mirror-"));
    const env = { LAMBDA_EXT_LOCAL_DIR: join(folder, "local"), LAMBDA_EXT_TARGET: "local", AWS_REGION: "us-east-1" };
    const run = (...args: string[]) => runCli([...args, "--json"], { cwd: folder, env });
    try {
      writeFileSync(join(folder, "layer.zip"), storedZip("note", Buffer.from("hello")));
      await run("publish", "--zip", "layer.zip", "--arch", "arm64", "--layer-name", "bad");
      const args = ["mirror", arnOf("us-east-1", "bad", 1), "--to-region", "eu-west-1,ap-south-1,sa-east-1"];
      const fault = (region: string, kind: string, more = "") => ["--fault", `region=${region},kind=${kind}${more}`];
      const publishes = ",op=PublishLayerVersion,count=1";
      const first = await run(
        ...args,
        ...fault("eu-west-1", "lost-answer", publishes),
        ...fault("ap-south-1", "throttle", publishes),
        ...fault("sa-east-1", "down"),
      );
      expect(first.code).toBe(3);
      expect(JSON.parse(first.stdout).layers).toMatchObject([{ version: 1 }, { version: 1 }, { result: "failed" }]);
      const second = JSON.parse((await run(...args)).stdout);
      expect(second.layers.map(({ result }: { result: string }) => result)).toEqual([
        "unchanged",
        "unchanged",
        "published",
      ]);
      const { versions } = JSON.parse(
        (await run("versions", "bad", "--regions", "eu-west-1,ap-south-1,sa-east-1")).stdout,
      );
      expect(versions.map(({ version }: { version: number }) => version)).toEqual([1, 1, 1]);
    } finally {
      await run("local", "stop");
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
