// S3 on the local endpoint as AWS's SDK speaks to it: checksums, parts, ranges, conditions, streams that are signed as they go.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  type ChecksumAlgorithm,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sendRaw, signedHeaders } from "../control/raw.ts";
import { clientOptions, sdkCredentials, startTestEndpoint, type TestEndpoint } from "../control/support.ts";

const Bucket = "the-bucket";
let endpoint: TestEndpoint;
let s3: S3Client;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  s3 = clientIn("eu-west-1");
  await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
});
afterAll(async () => {
  await endpoint?.close();
});

function clientIn(region: string, credentials = endpoint.emulator.credentials): S3Client {
  const options = clientOptions(endpoint.emulator, region);
  return new S3Client({ ...options, credentials: sdkCredentials(credentials), forcePathStyle: true });
}

const refusal = (name: string, status: number) => ({ name, $metadata: { httpStatusCode: status } });

function filesLeft(): { readonly mode: number; readonly size: number }[] {
  const folder = join(endpoint.directory, "store", "object-files");
  return readdirSync(folder).map((name) => statSync(join(folder, name)));
}

describe("an object", () => {
  it.each<[ChecksumAlgorithm, string]>([
    ["CRC32", "cbf43926"],
    ["CRC32C", "e3069283"],
    ["CRC64NVME", "ae8b14860a799888"],
    ["SHA1", "f7c3bc1d808e04732adf679965ccc34ca7ae3441"],
    ["SHA256", "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"],
  ])("has its %s verified and kept", async (algorithm, known) => {
    const value = Buffer.from(known, "hex").toString("base64");
    const field = `Checksum${algorithm}`;
    const object = { Bucket, Key: `sum-${algorithm}` };
    const put = await s3.send(new PutObjectCommand({ ...object, Body: "123456789", [field]: value }));
    expect(put).toMatchObject({ [field]: value, ChecksumType: "FULL_OBJECT" });
    const wrong = Buffer.from(known, "hex").fill(1).toString("base64");
    const bad = new PutObjectCommand({ ...object, Body: "123456789", [field]: wrong });
    await expect(s3.send(bad)).rejects.toMatchObject(refusal("BadDigest", 400));
    const head = await s3.send(new HeadObjectCommand({ ...object, ChecksumMode: "ENABLED" }));
    expect(head).toMatchObject({ [field]: value, ContentLength: 9 });
  });

  it("arrives as a stream whose checksum comes behind it", async () => {
    const content = randomBytes(700_000);
    const pieces = Array.from({ length: 7 }, (_, index) => content.subarray(index * 100_000, (index + 1) * 100_000));
    const Body = Readable.from(pieces, { objectMode: false });
    await s3.send(new PutObjectCommand({ Bucket, Key: "stream", Body, ContentLength: content.length }));
    const { Body: back } = await s3.send(new GetObjectCommand({ Bucket, Key: "stream" }));
    expect(Buffer.from((await back?.transformToByteArray()) ?? []).equals(content)).toBe(true);
  });

  it("is refused where other bytes arrive than were signed, and nothing of it is kept", async () => {
    const before = filesLeft().length;
    const { credentials, url } = endpoint.emulator;
    const signing = { service: "s3", region: "eu-west-1", credentials, url };
    const hash = createHash("sha256").update("these").digest("hex");
    const raw = { method: "PUT", path: `/${Bucket}/other`, headers: { "x-amz-content-sha256": hash } };
    const headers = await signedHeaders(signing, raw);
    const answer = await sendRaw(url, { ...raw, headers, body: "those" });
    expect(answer).toMatchObject({ status: 400, body: expect.stringContaining("XAmzContentSHA256Mismatch") });
    expect(filesLeft().length).toBe(before);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key: "other" }))).rejects.toMatchObject(
      refusal("NotFound", 404),
    );
  });

  it("is read in part, and where conditions hold", async () => {
    const { ETag } = await s3.send(new PutObjectCommand({ Bucket, Key: "range", Body: "0123456789" }));
    const read = async (more: object) => {
      const { Body, ContentRange } = await s3.send(new GetObjectCommand({ Bucket, Key: "range", ...more }));
      return [await Body?.transformToString(), ContentRange];
    };
    expect(await read({ Range: "bytes=2-4", IfMatch: ETag })).toEqual(["234", "bytes 2-4/10"]);
    expect(await read({ Range: "bytes=-3" })).toEqual(["789", "bytes 7-9/10"]);
    expect(await read({ Range: "bytes=8-99" })).toEqual(["89", "bytes 8-9/10"]);
    await expect(read({ Range: "bytes=10-" })).rejects.toMatchObject(refusal("InvalidRange", 416));
    await expect(read({ IfMatch: '"other"' })).rejects.toMatchObject(refusal("PreconditionFailed", 412));
    await expect(read({ IfNoneMatch: ETag })).rejects.toMatchObject({ $metadata: { httpStatusCode: 304 } });
    const again = new PutObjectCommand({ Bucket, Key: "range", Body: "x", IfNoneMatch: "*" });
    await expect(s3.send(again)).rejects.toMatchObject(refusal("PreconditionFailed", 412));
    const swapped = new PutObjectCommand({ Bucket, Key: "range", Body: "x", IfMatch: ETag });
    expect((await s3.send(swapped)).ETag).not.toBe(ETag);
  });

  it("keeps what is said about it, and has an end", async () => {
    const Key = "a/b c+d/ü&<>'\"";
    const said = { ContentType: "text/plain", CacheControl: "no-store", Metadata: { origin: "here" } };
    await s3.send(new PutObjectCommand({ Bucket, Key, Body: "", ...said }));
    expect(await s3.send(new GetObjectCommand({ Bucket, Key }))).toMatchObject({ ...said, ContentLength: 0 });
    const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: "a/" }));
    expect(Contents).toMatchObject([{ Key, Size: 0 }]);
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await expect(s3.send(new GetObjectCommand({ Bucket, Key }))).rejects.toMatchObject(refusal("NoSuchKey", 404));
  });

  it("lies in a file that the user alone can read, and goes with it", async () => {
    const before = filesLeft().length;
    for (let round = 0; round < 3; round++) await s3.send(new PutObjectCommand({ Bucket, Key: "file", Body: "x" }));
    expect(filesLeft().length).toBe(before + 1);
    if (process.platform !== "win32") expect(filesLeft().every(({ mode }) => (mode & 0o077) === 0)).toBe(true);
    const keys = { Objects: [{ Key: "file" }, { Key: "never there" }] };
    const { Deleted } = await s3.send(new DeleteObjectsCommand({ Bucket, Delete: keys }));
    expect(Deleted).toEqual([{ Key: "file" }, { Key: "never there" }]);
    expect(filesLeft().length).toBe(before);
  });
});

describe("a stream in signed chunks", () => {
  /** As AWS's Java SDK sends it over plain HTTP. */
  async function send(tamper: (chunk: string) => string): Promise<{ status: number; body: string }> {
    const { credentials, url } = endpoint.emulator;
    const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const raw = {
      method: "PUT",
      path: `/${Bucket}/chunks`,
      headers: {
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "x-amz-decoded-content-length": "10",
        "x-amz-trailer": "x-amz-checksum-crc32",
        "content-encoding": "aws-chunked",
      },
    };
    const headers = await signedHeaders({ service: "s3", region: "eu-west-1", credentials, url }, raw);
    const day = headers["x-amz-date"] ?? date;
    const scope = `${day.slice(0, 8)}/eu-west-1/s3/aws4_request`;
    const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
    const key = scope.split("/").reduce<string | Buffer>(hmac, `AWS4${credentials.secretAccessKey}`);
    const hash = (text: string) => createHash("sha256").update(text).digest("hex");
    let before = /Signature=([0-9a-f]{64})/.exec(headers.authorization ?? "")?.[1] ?? "";
    const sign = (kind: string, ...hashes: string[]) => {
      const text = [`AWS4-HMAC-SHA256-${kind}`, day, scope, before, ...hashes].join("\n");
      before = hmac(key, text).toString("hex");
      return before;
    };
    const chunk = (data: string) => {
      const signature = sign("PAYLOAD", hash(""), hash(data));
      return `${data.length.toString(16)};chunk-signature=${signature}\r\n${data}${data && "\r\n"}`;
    };
    const data = ["01234", "56789", ""].map(chunk);
    const sum = "x-amz-checksum-crc32:poTHxg==";
    const end = `${sum}\r\nx-amz-trailer-signature:${sign("TRAILER", hash(`${sum}\n`))}\r\n\r\n`;
    const body = tamper(data.join("") + end);
    return await sendRaw(url, { ...raw, headers: { ...headers, "content-length": String(body.length) }, body });
  }

  it("is taken whole", async () => {
    expect(await send((body) => body)).toMatchObject({ status: 200 });
    const found = await s3.send(new GetObjectCommand({ Bucket, Key: "chunks", ChecksumMode: "ENABLED" }));
    expect(await found.Body?.transformToString()).toBe("0123456789");
    expect(found).toMatchObject({ ChecksumCRC32: "poTHxg==", ContentType: "binary/octet-stream" });
    expect(found.ContentEncoding).toBeUndefined();
  });

  it.each([
    ["data that was changed", (body: string) => body.replace("56789", "56780"), "SignatureDoesNotMatch"],
    ["a trailer that was changed", (body: string) => body.replace("poTH", "poTI"), "SignatureDoesNotMatch"],
    ["a trailer without its signature", (body: string) => body.replace(/x-amz-trailer-s.*\r\n/, ""), "IncompleteBody"],
    ["an end that is missing", (body: string) => body.slice(0, 150), "IncompleteBody"],
  ])("is refused with %s", async (_, tamper, code) => {
    expect(await send(tamper)).toMatchObject({ body: expect.stringContaining(`<Code>${code}</Code>`) });
  });
});

describe("an object in parts", () => {
  const Key = "parts";
  const five = 5 << 20;

  async function begin(more: object = {}) {
    const { UploadId } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    const part = async (PartNumber: number, Body: Buffer, sum: object = {}) => {
      const { ETag, ...rest } = await s3.send(
        new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body, ...sum }),
      );
      return { PartNumber, ETag, ChecksumCRC32: rest.ChecksumCRC32 };
    };
    const complete = (Parts: object[]) =>
      s3.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }));
    return { UploadId, part, complete };
  }

  it("is put together in order, with the checksums of its parts", async () => {
    const content = [randomBytes(five), randomBytes(five), randomBytes(99)] as const;
    const { part, complete } = await begin({ ChecksumAlgorithm: "CRC32", ContentType: "x/y" });
    const parts = [await part(3, content[2]), await part(1, content[0]), await part(2, content[1])].sort(
      (a, b) => a.PartNumber - b.PartNumber,
    );
    const made = await complete(parts);
    expect(made.ETag).toMatch(/^"[0-9a-f]{32}-3"$/);
    expect(made.ChecksumCRC32).toMatch(/^[\w+/]{6}==-3$/);
    const { Body, ContentType } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    expect(ContentType).toBe("x/y");
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(Buffer.concat(content))).toBe(true);
    await expect(complete(parts)).rejects.toMatchObject(refusal("NoSuchUpload", 404));
  });

  it("is refused with parts that are missing, out of order or too small", async () => {
    const { part, complete, UploadId } = await begin();
    const before = filesLeft().length;
    const [one, two] = [await part(1, Buffer.alloc(10)), await part(2, Buffer.alloc(10, 1))];
    await expect(complete([one, two])).rejects.toMatchObject(refusal("EntityTooSmall", 400));
    await expect(complete([two, one])).rejects.toMatchObject(refusal("InvalidPartOrder", 400));
    await expect(complete([{ ...one, PartNumber: 7 }])).rejects.toMatchObject(refusal("InvalidPart", 400));
    await s3.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
    expect(filesLeft().length).toBe(before);
    await expect(part(1, Buffer.alloc(1))).rejects.toMatchObject(refusal("NoSuchUpload", 404));
  });
});

describe("a list", () => {
  it("goes on where the page before it ended, and folds what has a common beginning", async () => {
    const list = { Bucket: "listed" };
    await s3.send(new CreateBucketCommand({ ...list, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
    const keys = ["a/1", "a/2", "b", "c/1", "d", "é"];
    for (const Key of keys) await s3.send(new PutObjectCommand({ ...list, Key, Body: Key }));
    const pages: unknown[] = [];
    let ContinuationToken: string | undefined;
    do {
      const more = ContinuationToken === undefined ? {} : { ContinuationToken };
      const page = await s3.send(new ListObjectsV2Command({ ...list, Delimiter: "/", MaxKeys: 2, ...more }));
      pages.push([page.CommonPrefixes?.map(({ Prefix }) => Prefix), page.Contents?.map(({ Key }) => Key)]);
      ContinuationToken = page.NextContinuationToken;
    } while (ContinuationToken !== undefined);
    expect(pages).toEqual([
      [["a/"], ["b"]],
      [["c/"], ["d"]],
      [undefined, ["é"]],
    ]);
    const { Contents } = await s3.send(new ListObjectsV2Command({ ...list, StartAfter: "c/1" }));
    expect(Contents?.map(({ Key }) => Key)).toEqual(["d", "é"]);
    await expect(s3.send(new DeleteBucketCommand(list))).rejects.toMatchObject(refusal("BucketNotEmpty", 409));
    for (const Key of keys) await s3.send(new DeleteObjectCommand({ ...list, Key }));
    await s3.send(new DeleteBucketCommand(list));
    await expect(s3.send(new HeadBucketCommand(list))).rejects.toMatchObject(refusal("NotFound", 404));
  });
});

describe("a bucket", () => {
  it("answers in its own region alone", async () => {
    const elsewhere = clientIn("us-east-1");
    await expect(elsewhere.send(new ListObjectsV2Command({ Bucket }))).rejects.toMatchObject({
      name: "PermanentRedirect",
      $metadata: { httpStatusCode: 301 },
    });
    await expect(elsewhere.send(new CreateBucketCommand({ Bucket }))).rejects.toMatchObject(
      refusal("BucketAlreadyOwnedByYou", 409),
    );
    const constraint = { LocationConstraint: "eu-west-1" } as const;
    const wrong = new CreateBucketCommand({ Bucket: "another", CreateBucketConfiguration: constraint });
    await expect(elsewhere.send(wrong)).rejects.toMatchObject(refusal("IllegalLocationConstraintException", 400));
    // Another partition has names of its own.
    await expect(clientIn("cn-north-1").send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject(
      refusal("NotFound", 404),
    );
  });

  it("gives a function what its role allows", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "mine/x", Body: "x" }));
    const { IAMClient, CreateRoleCommand, PutRolePolicyCommand } = await import("@aws-sdk/client-iam");
    const iam = new IAMClient(clientOptions(endpoint.emulator));
    const trust = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [trust] });
    await iam.send(new CreateRoleCommand({ RoleName: "reader", AssumeRolePolicyDocument }));
    const Statement = [{ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::${Bucket}/mine/*` }];
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    await iam.send(new PutRolePolicyCommand({ RoleName: "reader", PolicyName: "p", PolicyDocument }));
    await endpoint.emulator.executor();
    const issued = endpoint.execution.host?.issueCredentials("arn:aws:iam::123456789012:role/reader", "f");
    if (!issued) throw new Error("no host");
    const asFunction = clientIn("eu-west-1", issued.credentials);
    const { Body } = await asFunction.send(new GetObjectCommand({ Bucket, Key: "mine/x" }));
    expect(await Body?.transformToString()).toBe("x");
    const denied = refusal("AccessDenied", 403);
    await expect(asFunction.send(new GetObjectCommand({ Bucket, Key: "range" }))).rejects.toMatchObject(denied);
    await expect(asFunction.send(new PutObjectCommand({ Bucket, Key: "mine/y", Body: "" }))).rejects.toMatchObject(
      denied,
    );
    // Whoever may not list is not told what is not there.
    await expect(asFunction.send(new GetObjectCommand({ Bucket, Key: "mine/no" }))).rejects.toMatchObject(denied);
  });
});

describe("the endpoint", () => {
  it("has its objects also after it was started anew, and nothing that arrived in part", async () => {
    const first = await startTestEndpoint();
    const client = (emulator: TestEndpoint["emulator"]) =>
      new S3Client({ ...clientOptions(emulator), forcePathStyle: true });
    await client(first.emulator).send(new CreateBucketCommand({ Bucket: "kept" }));
    await client(first.emulator).send(new PutObjectCommand({ Bucket: "kept", Key: "k", Body: "kept" }));
    const folder = join(first.directory, "store", "object-files");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(join(folder, "half"), "x");
    await first.emulator.close();
    const second = await startTestEndpoint({ directory: first.directory });
    try {
      const { Body } = await client(second.emulator).send(new GetObjectCommand({ Bucket: "kept", Key: "k" }));
      expect(await Body?.transformToString()).toBe("kept");
      expect(readdirSync(folder).length).toBe(1);
    } finally {
      await second.close();
    }
  });
});
