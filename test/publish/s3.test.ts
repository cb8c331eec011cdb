// Publishing a zip that is too large to be sent directly: through S3, on good days and bad ones, with nothing left behind.
import { spawn } from "node:child_process";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LambdaClient, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Fault } from "../../src/emulator/faults/fault.ts";
import { clientOptions, startTestEndpoint, type TestEndpoint } from "../emulator/control/support.ts";
import { type LargeArchive, largeArchive } from "../support/large-archive.ts";
import { bin, runCli } from "../support/run-cli.ts";

const regions = ["eu-west-1", "us-west-2"] as const;
let large: LargeArchive;
let endpoint: TestEndpoint;
beforeAll(() => {
  large = largeArchive();
});
afterAll(() => large?.remove());
beforeEach(async () => {
  endpoint = await startTestEndpoint();
  for (const region of regions) {
    const place = { CreateBucketConfiguration: { LocationConstraint: region } };
    await s3(region).send(new CreateBucketCommand({ Bucket: `zips-123456789012-${region}`, ...place }));
  }
});
afterEach(async () => {
  await endpoint?.close();
});

function s3(region: string): S3Client {
  return new S3Client({ ...clientOptions(endpoint.emulator, region), forcePathStyle: true });
}

function surroundings() {
  const { url, credentials } = endpoint.emulator;
  return {
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
    AWS_REGION: "eu-west-1",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_EC2_METADATA_DISABLED: "true",
    XDG_STATE_HOME: join(endpoint.directory, "state"),
  };
}

function commandLine(...more: readonly string[]): string[] {
  const named = more.some((word) => word === "--arch") ? [] : ["--arch", "arm64"];
  return ["publish", "--zip", large.zip, "--layer-name", "large-{arch}", ...named, ...more];
}

const bucket = ["--bucket", "zips-{account}-{region}"] as const;

function publish(...more: readonly string[]) {
  return runCli(commandLine(...more), { env: surroundings(), cwd: large.folder });
}

/** Of all buckets. */
async function objects(): Promise<string[]> {
  const lists = regions.map(async (region) => {
    const Bucket = `zips-123456789012-${region}`;
    const { Contents = [] } = await s3(region).send(new ListObjectsV2Command({ Bucket }));
    return Contents.map(({ Key = "" }) => `${region} ${Key}`);
  });
  return (await Promise.all(lists)).flat();
}

async function versions(region = "eu-west-1", LayerName = "large-arm64"): Promise<number[]> {
  const lambda = new LambdaClient(clientOptions(endpoint.emulator, region));
  const { LayerVersions = [] } = await lambda.send(new ListLayerVersionsCommand({ LayerName }));
  return LayerVersions.map(({ Version = 0 }) => Version);
}

/** How often each operation was called. */
function counting(...operations: readonly string[]): Fault[] {
  return operations.map((op) => ({ op, latency: 1 }));
}

describe("a zip above 50 MB", () => {
  it("goes through the bucket of each region, and no object stays", async () => {
    endpoint.emulator.setFaults(counting("PutObject", "DeleteObject", "PublishLayerVersion", "GetCallerIdentity"));
    const first = await publish(...bucket, "--regions", regions.join(), "--arch", "all", "--json");
    expect(first.stderr).toContain("4 published");
    expect(first.stderr).not.toContain("Lambda refuses");
    const { layers } = JSON.parse(first.stdout);
    expect(layers.map(({ codeSha256 }: { codeSha256: string }) => codeSha256)).toEqual(Array(4).fill(large.codeSha256));
    expect(endpoint.emulator.faults().map(({ met }) => met)).toEqual([4, 4, 4, 1]);
    expect(await objects()).toEqual([]);
    expect(await versions("us-west-2", "large-x86_64")).toEqual([1]);
    const second = await publish(...bucket, "--regions", regions.join(), "--arch", "all");
    expect(second.stderr).toContain("0 published, 4 unchanged");
    expect([first.code, second.code]).toEqual([0, 0]);
  });

  it("is refused before anything is sent, where no bucket is named that it could go through", async () => {
    endpoint.emulator.setFaults(counting("PutObject", "PublishLayerVersion"));
    const none = await publish();
    expect(none.code).toBe(2);
    expect(none.stderr).toMatch(/large\.zip has \d+ bytes, and Lambda takes 52428800 \(50 MB\) directly/);
    expect(none.stderr).toContain("--bucket NAME-{region}");
    const one = await publish("--bucket", "zips", "--regions", regions.join(), "--json");
    expect(one.code).toBe(2);
    expect(JSON.parse(one.stdout).error).toMatchObject({
      code: "OneBucketForAll",
      hint: expect.stringContaining("zips-{region}"),
    });
    const wrong = await publish("--bucket", "Zips_{stage}", "--json");
    expect(JSON.parse(wrong.stdout).error).toMatchObject({
      code: "InvalidBucket",
      message: expect.stringContaining("{stage}"),
    });
    expect(endpoint.emulator.faults().map(({ met }) => met)).toEqual([0, 0]);
  });

  it.each<[string, Fault]>([
    ["the connection breaks in the middle", { kind: "reset", op: "PutObject", count: 1 }],
    ["S3 fails", { kind: "error", op: "PutObject", count: 1 }],
    ["S3 is throttling", { kind: "throttle", op: "PutObject", count: 1 }],
    ["S3's answer is lost", { kind: "lost-answer", op: "PutObject", count: 1 }],
    ["the answer to the publish is lost", { kind: "lost-answer", op: "PublishLayerVersion", count: 1 }],
    ["the publish is throttled", { kind: "throttle", op: "PublishLayerVersion", count: 1 }],
  ])("is published once where %s", async (_, fault) => {
    endpoint.emulator.setFaults([fault]);
    const { code, stderr } = await publish(...bucket);
    expect(stderr).toContain("1 published");
    expect(code).toBe(0);
    expect(endpoint.emulator.faults()[0]?.met).toBe(1);
    expect(await versions()).toEqual([1]);
    expect(await objects()).toEqual([]);
  });

  it.each<[string, Fault, RegExp]>([
    [
      "may not be put",
      { kind: "error", op: "PutObject", code: "AccessDenied", status: 403 },
      /Could not send the zip to s3:\/\/zips-123456789012-eu-west-1\/lambda-ext\/large-arm64\/.*s3:PutObject, s3:GetObject and s3:DeleteObject on arn:aws:s3:::zips-123456789012-eu-west-1\/lambda-ext\/\*/s,
    ],
    [
      "may not be published",
      { kind: "error", op: "PublishLayerVersion", code: "CodeStorageExceededException", status: 400 },
      /75 GB/,
    ],
  ])("that %s fails with a reason, and leaves nothing", async (_, fault, words) => {
    endpoint.emulator.setFaults([fault]);
    const { code, stderr } = await publish(...bucket);
    expect(code).toBe(1);
    expect(stderr).not.toContain("streaming request");
    expect(stderr.replace(/\n\s*/g, " ")).toMatch(words);
    expect(stderr).toContain("--bucket 'zips-{account}-{region}'");
    expect(await versions()).toEqual([]);
    expect(await objects()).toEqual([]);
  });

  it("is sent again where another run has removed it before Lambda looked", async () => {
    endpoint.emulator.setFaults([{ op: "PublishLayerVersion", latency: 3000, count: 1 }, ...counting("PutObject")]);
    const running = publish(...bucket);
    await expect.poll(objects, { timeout: 20_000, interval: 20 }).toHaveLength(1);
    const [, Key = ""] = (await objects())[0]?.split(" ") ?? [];
    await s3("eu-west-1").send(new DeleteObjectCommand({ Bucket: "zips-123456789012-eu-west-1", Key }));
    expect((await running).stderr).toContain("1 published");
    expect(endpoint.emulator.faults()[1]?.met).toBe(2);
    expect(await versions()).toEqual([1]);
    expect(await objects()).toEqual([]);
  });

  it("is told where the bucket is missing, and where it is in another region", async () => {
    const missing = await publish("--bucket", "no-such-bucket");
    expect(missing.code).toBe(1);
    expect(missing.stderr).toContain("there is no bucket no-such-bucket");
    expect(missing.stderr).toContain("aws s3 mb s3://no-such-bucket --region eu-west-1");
    const far = await publish("--bucket", "zips-123456789012-us-west-2");
    expect(far.code).toBe(1);
    expect(far.stderr).toContain("the bucket zips-123456789012-us-west-2 is in another region");
    expect(far.stderr).toContain("{region}");
  });

  it("is removed after Ctrl-C, while it is sent and while it is published", async () => {
    for (const op of ["PutObject", "PublishLayerVersion"]) {
      endpoint.emulator.setFaults([{ kind: "slow", op, latency: 60_000 }]);
      const stop = new AbortController();
      const running = runCli(commandLine(...bucket), { env: surroundings(), cwd: large.folder, signal: stop.signal });
      await expect.poll(objects, { timeout: 20_000 }).toHaveLength(1);
      stop.abort();
      expect((await running).code).toBe(130);
      expect(await objects()).toEqual([]);
    }
  });

  it("that a kill left behind is removed by the next run, which finds its version", async () => {
    endpoint.emulator.setFaults([{ kind: "slow", op: "PublishLayerVersion", latency: 60_000 }]);
    const child = spawn(process.execPath, [bin, ...commandLine(...bucket)], {
      env: { ...process.env, ...surroundings() },
      cwd: large.folder,
      stdio: "ignore",
    });
    const ended = new Promise((resolve) => child.once("close", resolve));
    await expect.poll(() => versions(), { timeout: 20_000 }).toEqual([1]);
    child.kill("SIGKILL");
    await ended;
    expect(await objects()).toHaveLength(1);
    endpoint.emulator.setFaults([]);
    const { code, stderr } = await publish(...bucket);
    expect(stderr).toContain("0 published, 1 unchanged");
    expect(code).toBe(0);
    expect(await objects()).toEqual([]);
    expect(await versions()).toEqual([1]);
  });

  it("is removed where its region is given up", async () => {
    endpoint.emulator.setFaults([{ kind: "slow", op: "PublishLayerVersion", latency: 60_000 }]);
    const { code, stderr } = await publish(...bucket, "--region-timeout", "3");
    expect(code).toBe(1);
    expect(stderr).toContain("eu-west-1 was given up");
    expect(await objects()).toEqual([]);
  });

  it("is named where it could not be removed", async () => {
    endpoint.emulator.setFaults([{ kind: "error", op: "DeleteObject", code: "AccessDenied", status: 403 }]);
    const { code, stderr } = await publish(...bucket);
    expect(code).toBe(0);
    const [left = ""] = await objects();
    expect(left).toMatch(/^eu-west-1 lambda-ext\/large-arm64\/arm64-[0-9a-f]{64}\.zip$/);
    expect(stderr).toContain(`aws s3 rm s3://zips-123456789012-eu-west-1/${left.split(" ")[1]}`);
  });

  it("is sent once for all the numbers that it fills", async () => {
    await publish(...bucket, "--regions", regions.join());
    for (const _ of [1, 2]) await publish(...bucket, "--regions", "us-west-2", "--force");
    endpoint.emulator.setFaults(counting("PutObject", "PublishLayerVersion"));
    const { code } = await publish(...bucket, "--regions", regions.join(), "--align", "same-bytes");
    expect(code).toBe(0);
    expect(await versions()).toEqual([3, 2, 1]);
    expect(await versions("us-west-2")).toEqual([3, 2, 1]);
    expect(endpoint.emulator.faults().map(({ met }) => met)).toEqual([1, 2]);
    expect(await objects()).toEqual([]);
  });

  it("goes the way that its plan's file says, or its configuration", async () => {
    const plan = join(large.folder, "plan.json");
    expect((await publish(...bucket, "--dry-run", "--plan-file", plan)).code).toBe(0);
    const run = { env: surroundings(), cwd: large.folder };
    const { code, stderr } = await runCli(["publish", "--plan", plan], run);
    expect(stderr).toContain("1 published");
    expect(code).toBe(0);
    const file = join(large.folder, "with-bucket.jsonc");
    writeFileSync(
      file,
      JSON.stringify({
        kind: "layer",
        contents: [{ from: "large.zip" }],
        publish: { bucket: "zips-{account}-{region}" },
      }),
    );
    expect((await publish("--config", file, "--force")).stderr).toContain("1 published");
    expect(await versions()).toEqual([2, 1]);
    expect(await objects()).toEqual([]);
  });
});

describe("a small zip", () => {
  it("is sent directly, also where a bucket is named", async () => {
    const { makeArchives } = await import("../support/archives.ts");
    const small = makeArchives("small");
    try {
      endpoint.emulator.setFaults(counting("PutObject", "GetCallerIdentity", "HeadObject"));
      const zip = small.archives[0]?.zip ?? "";
      const args = ["publish", "--zip", zip, "--arch", "arm64", "--layer-name", "small", ...bucket];
      const { code, stderr } = await runCli(args, { env: surroundings(), cwd: small.folder });
      expect(stderr).toContain("1 published");
      expect(code).toBe(0);
      expect(endpoint.emulator.faults().map(({ met }) => met)).toEqual([0, 0, 0]);
      expect(readdirSync(join(endpoint.directory, "store", "object-files"))).toEqual([]);
    } finally {
      small.remove();
    }
  });
});
