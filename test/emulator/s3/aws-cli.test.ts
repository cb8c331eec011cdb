// S3 on the local endpoint, judged by the AWS CLI: what it puts is what it gets back, and what it names is what Lambda takes.
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storedZip } from "../../support/archives.ts";
import { findTool, missing } from "../../support/tools.ts";
import { startTestEndpoint, type TestEndpoint } from "../control/support.ts";

const run = promisify(execFile);

describe.skipIf(missing("aws"))("S3 (needs the AWS CLI)", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-s3-"));
    for (const name of ["sum", "far"]) writeFileSync(join(folder, name), name);
    await text("s3", "mb", "s3://zips-eu", "--region", "eu-west-1");
  });
  afterAll(async () => {
    await endpoint?.close();
    if (folder) rmSync(folder, { recursive: true, force: true });
  });

  async function text(...args: readonly string[]): Promise<string> {
    const { accessKeyId, secretAccessKey } = endpoint.emulator.credentials;
    const region = args.includes("--region") ? [] : ["--region", "eu-west-1"];
    const { stdout } = await run(findTool("aws") ?? "aws", [...args, ...region], {
      cwd: folder,
      env: {
        ...process.env,
        AWS_ENDPOINT_URL: endpoint.emulator.url,
        AWS_ACCESS_KEY_ID: accessKeyId,
        AWS_SECRET_ACCESS_KEY: secretAccessKey,
        AWS_CONFIG_FILE: "/dev/null",
        AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
        AWS_EC2_METADATA_DISABLED: "true",
        AWS_MAX_ATTEMPTS: "1",
      },
    });
    return stdout;
  }

  // biome-ignore lint/suspicious/noExplicitAny: whatever shape the AWS CLI prints, a test looks at the part that it means.
  const json = async (...args: readonly string[]): Promise<any> => JSON.parse((await text(...args)) || "null");

  const refused = (words: RegExp) => ({ stderr: expect.stringMatching(words) });

  it("keeps what s3 cp sends, in one piece and in parts, and gives it back", async () => {
    for (const [name, bytes] of Object.entries({ small: 1234, "parts of it": 20 << 20, empty: 0 })) {
      const content = randomBytes(bytes);
      writeFileSync(join(folder, "out"), content);
      await text("s3", "cp", "out", `s3://zips-eu/a b/${name}+ü.bin`, "--metadata", "origin=here");
      await text("s3", "cp", `s3://zips-eu/a b/${name}+ü.bin`, "back");
      expect(readFileSync(join(folder, "back")).equals(content)).toBe(true);
      const head = await json("s3api", "head-object", "--bucket", "zips-eu", "--key", `a b/${name}+ü.bin`);
      expect(head).toMatchObject({ ContentLength: bytes, Metadata: { origin: "here" } });
      const md5 = createHash("md5").update(content).digest("hex");
      expect(head.ETag).toMatch(bytes > 8 << 20 ? /^"[0-9a-f]{32}-3"$/ : `"${md5}"`);
    }
    expect(await text("s3", "ls", "s3://zips-eu/a b/")).toMatch(/ 0 empty.*\n.* 20971520 parts.*\n.* 1234 small/);
    expect(await text("s3", "ls", "s3://zips-eu")).toMatch(/PRE a b\//);
    expect(await text("s3", "rm", "--recursive", "s3://zips-eu/a b")).toContain("delete: s3://zips-eu/a b/small");
    expect(await text("s3", "ls", "s3://zips-eu")).toBe("");
  });

  it("says what is not there, and what is elsewhere", async () => {
    const object = ["--bucket", "zips-eu", "--key", "nowhere"];
    await expect(text("s3api", "get-object", ...object, "x")).rejects.toMatchObject(refused(/NoSuchKey/));
    await expect(text("s3api", "head-object", ...object)).rejects.toMatchObject(refused(/404/));
    await expect(text("s3api", "head-bucket", "--bucket", "no-such")).rejects.toMatchObject(refused(/404/));
    writeFileSync(join(folder, "lost"), "lost");
    await expect(text("s3", "cp", "lost", "s3://no-such/k")).rejects.toMatchObject(refused(/NoSuchBucket/));
    await expect(text("s3api", "create-bucket", "--bucket", "Wrong_Name")).rejects.toMatchObject(refused(/Invalid/));
    const again = ["--create-bucket-configuration", "LocationConstraint=eu-west-1"];
    await expect(text("s3api", "create-bucket", "--bucket", "zips-eu", ...again)).rejects.toMatchObject(
      refused(/BucketAlreadyOwnedByYou/),
    );
    expect(await json("s3api", "get-bucket-location", "--bucket", "zips-eu", "--region", "us-east-1")).toEqual({
      LocationConstraint: "eu-west-1",
    });
    // The CLI goes where the answer points it, as on AWS.
    await text("s3", "cp", "far", "s3://zips-eu/far", "--region", "us-west-2");
    expect((await json("s3api", "list-buckets")).Buckets).toMatchObject([
      { Name: "zips-eu", BucketRegion: "eu-west-1" },
    ]);
    await expect(text("s3api", "delete-bucket", "--bucket", "zips-eu")).rejects.toMatchObject(
      refused(/BucketNotEmpty/),
    );
  });

  it("refuses by name what it does not play", async () => {
    const refusals: [string[], RegExp][] = [
      [["get-bucket-acl", "--bucket", "zips-eu"], /NotImplemented.*GetBucketAcl/],
      [["list-objects", "--bucket", "zips-eu"], /NotImplemented.*ListObjects /],
      [
        ["copy-object", "--bucket", "zips-eu", "--key", "k", "--copy-source", "zips-eu/far"],
        /NotImplemented.*CopyObject/,
      ],
      [["put-object", "--bucket", "zips-eu", "--key", "k", "--tagging", "a=b"], /NotImplemented.*x-amz-tagging/],
      [["put-object", "--bucket", "zips-eu", "--key", "k", "--acl", "public-read"], /NotImplemented.*x-amz-acl/],
      [["head-bucket", "--bucket", "zips-eu", "--expected-bucket-owner", "999999999999"], /403/],
    ];
    for (const [args, words] of refusals) await expect(text("s3api", ...args)).rejects.toMatchObject(refused(words));
  });

  it("hands its objects to Lambda, in their own region alone", async () => {
    const zip = storedZip("extensions/demo", Buffer.from("#!/bin/sh\n"));
    writeFileSync(join(folder, "layer.zip"), zip);
    await text("s3", "cp", "layer.zip", "s3://zips-eu/layer.zip");
    const publish = (content: string, ...more: string[]) =>
      json("lambda", "publish-layer-version", "--layer-name", "from-s3", "--content", content, ...more);
    const made = await publish("S3Bucket=zips-eu,S3Key=layer.zip");
    expect(made.Content.CodeSha256).toBe(createHash("sha256").update(zip).digest("base64"));
    expect(made.Content.CodeSize).toBe(zip.length);
    const downloaded = await fetch(made.Content.Location);
    expect(downloaded.headers.get("content-length")).toBe(String(zip.length));
    expect(Buffer.from(await downloaded.arrayBuffer()).equals(zip)).toBe(true);
    await expect(publish("S3Bucket=zips-eu,S3Key=other.zip")).rejects.toMatchObject(refused(/NoSuchKey/));
    await expect(publish("S3Bucket=no-such,S3Key=other.zip")).rejects.toMatchObject(refused(/NoSuchBucket/));
    await expect(publish("S3Bucket=zips-eu,S3Key=layer.zip", "--region", "us-west-2")).rejects.toMatchObject(
      refused(/PermanentRedirect.*eu-west-1/),
    );
    await text("s3", "cp", "far", "s3://zips-eu/far.zip");
    await expect(publish("S3Bucket=zips-eu,S3Key=far.zip")).rejects.toMatchObject(refused(/Could not unzip/));
    // The version does not need the object any more.
    await text("s3", "rm", "s3://zips-eu/layer.zip");
    const again = await json("lambda", "get-layer-version", "--layer-name", "from-s3", "--version-number", "1");
    expect((await (await fetch(again.Content.Location)).arrayBuffer()).byteLength).toBe(zip.length);
  });
});
