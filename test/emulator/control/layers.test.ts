// Layers and their versions, through AWS's own client.

import { createHash } from "node:crypto";
import {
  AddLayerVersionPermissionCommand,
  DeleteLayerVersionCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  LambdaClient,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  type PublishLayerVersionCommandInput,
  RemoveLayerVersionPermissionCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, startTestEndpoint, type TestEndpoint, zipOf, zipThatClaims } from "./support.ts";

let endpoint: TestEndpoint;
let lambda: LambdaClient;
let zip: Buffer;

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  zip = await zipOf({ "extensions/ext": "#!/bin/sh\n" });
});
afterAll(() => endpoint.close());

const publish = (LayerName: string, more: Partial<PublishLayerVersionCommandInput> = {}) =>
  lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile: zip }, ...more }));
const refusal = (name: string, message: string | RegExp) => ({
  name,
  message: typeof message === "string" ? message : expect.stringMatching(message),
});

describe("publishing a layer version", () => {
  it("gives the next number, the hash and the size of the zip", async () => {
    const first = await publish("numbers", { Description: "d", LicenseInfo: "MIT" });
    expect(first).toMatchObject({
      LayerArn: "arn:aws:lambda:us-east-1:123456789012:layer:numbers",
      LayerVersionArn: "arn:aws:lambda:us-east-1:123456789012:layer:numbers:1",
      Version: 1,
      Description: "d",
      LicenseInfo: "MIT",
      CompatibleRuntimes: [],
      CompatibleArchitectures: [],
      Content: { CodeSize: zip.length, CodeSha256: createHash("sha256").update(zip).digest("base64") },
    });
    expect(first.CreatedDate).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/);
    expect(first.$metadata.httpStatusCode).toBe(201);
    expect((await publish("numbers")).Version).toBe(2);
  });

  it("never uses a number twice, even when all were deleted", async () => {
    for (const _ of [1, 2]) await publish("gone");
    for (const VersionNumber of [1, 2]) {
      await lambda.send(new DeleteLayerVersionCommand({ LayerName: "gone", VersionNumber }));
    }
    expect((await lambda.send(new ListLayerVersionsCommand({ LayerName: "gone" }))).LayerVersions).toEqual([]);
    expect((await publish("gone")).Version).toBe(3);
  });

  it("gives each of many at once a number of its own", async () => {
    const published = await Promise.all(Array.from({ length: 12 }, () => publish("many")));
    expect(published.map(({ Version }) => Version).sort((a = 0, b = 0) => a - b)).toEqual(
      Array.from({ length: 12 }, (_, index) => index + 1),
    );
  });

  it("takes the layer's ARN for its name, and knows regions and partitions", async () => {
    const byArn = await publish("arn:aws:lambda:us-east-1:123456789012:layer:by-arn");
    expect(byArn.LayerVersionArn).toBe("arn:aws:lambda:us-east-1:123456789012:layer:by-arn:1");
    const china = new LambdaClient(clientOptions(endpoint.emulator, "cn-north-1"));
    const there = await china.send(new PublishLayerVersionCommand({ LayerName: "by-arn", Content: { ZipFile: zip } }));
    expect(there.LayerVersionArn).toBe("arn:aws-cn:lambda:cn-north-1:123456789012:layer:by-arn:1");
  });

  it("counts fifteen runtimes", async () => {
    const runtimes = Array.from({ length: 16 }, (_, index) => `nodejs${20 + 2 * index}.x`) as never[];
    await expect(publish("runtimes", { CompatibleRuntimes: runtimes.slice(0, 15) })).resolves.toMatchObject({
      Version: 1,
    });
    await expect(publish("runtimes", { CompatibleRuntimes: runtimes })).rejects.toMatchObject(
      refusal("ValidationException", /at 'compatibleRuntimes' .* length less than or equal to 15/),
    );
  });

  it.each<[string, string, Partial<PublishLayerVersionCommandInput>, string, RegExp]>([
    ["a name with a blank", "bad name!", {}, "ValidationException", /'bad name!' at 'layerName' .*pattern: \(arn:/],
    [
      "a name that is too long",
      "x".repeat(141),
      {},
      "ValidationException",
      /at 'layerName' .*less than or equal to 140/,
    ],
    [
      "a long description",
      "x",
      { Description: "x".repeat(257) },
      "ValidationException",
      /at 'description' .*equal to 256/,
    ],
    ["a long licence", "x", { LicenseInfo: "x".repeat(513) }, "ValidationException", /at 'licenseInfo' .*equal to 512/],
    [
      "an unknown runtime and architecture",
      "x",
      { CompatibleRuntimes: ["cobol85"] as never[], CompatibleArchitectures: ["sparc"] as never[] },
      "ValidationException",
      /^2 validation errors detected: Value '\[cobol85\]' at 'compatibleRuntimes' .*; Value '\[sparc\]' at 'compatibleArchitectures'/,
    ],
    [
      "what is no zip",
      "x",
      { Content: { ZipFile: Buffer.from("no zip") } },
      "InvalidParameterValueException",
      /^Could not unzip uploaded file\. Please check your file, then try to upload again\.$/,
    ],
    [
      "a zip in S3",
      "x",
      { Content: { S3Bucket: "bucket", S3Key: "key" } },
      "InvalidParameterValueException",
      /S3 Error Code: NoSuchBucket/,
    ],
    ["nothing", "x", { Content: {} }, "InvalidParameterValueException", /provide a source/],
  ])("refuses %s", async (_, name, more, code, message) => {
    await expect(publish(name, more)).rejects.toMatchObject(refusal(code, message));
  });

  it("refuses what is too large unzipped", async () => {
    await expect(publish("large", { Content: { ZipFile: await zipThatClaims(262_144_001) } })).rejects.toMatchObject(
      refusal("InvalidParameterValueException", "Unzipped size must be smaller than 262144000 bytes"),
    );
  });
});

describe("listing", () => {
  beforeAll(async () => {
    for (const architecture of ["x86_64", "arm64", "x86_64"] as const) {
      await publish("listed", { CompatibleArchitectures: [architecture], CompatibleRuntimes: ["python3.12"] });
    }
  });

  it("gives versions newest first, a page at a time", async () => {
    const page = await lambda.send(new ListLayerVersionsCommand({ LayerName: "listed", MaxItems: 2 }));
    expect(page.LayerVersions?.map(({ Version }) => Version)).toEqual([3, 2]);
    expect(page.LayerVersions?.[0]).not.toHaveProperty("Content");
    // A version that was published in between comes in neither page twice.
    await publish("listed", { CompatibleArchitectures: ["x86_64"] });
    const rest = await lambda.send(
      new ListLayerVersionsCommand({ LayerName: "listed", MaxItems: 2, Marker: page.NextMarker }),
    );
    expect(rest.LayerVersions?.map(({ Version }) => Version)).toEqual([1]);
    expect(rest.NextMarker).toBeUndefined();
  });

  it("filters by architecture and runtime", async () => {
    const arm = await lambda.send(
      new ListLayerVersionsCommand({ LayerName: "listed", CompatibleArchitecture: "arm64" }),
    );
    expect(arm.LayerVersions?.map(({ Version }) => Version)).toEqual([2]);
    const python = await lambda.send(
      new ListLayerVersionsCommand({ LayerName: "listed", CompatibleRuntime: "python3.12" }),
    );
    expect(python.LayerVersions?.map(({ Version }) => Version)).toEqual([3, 2, 1]);
    const none = await lambda.send(new ListLayerVersionsCommand({ LayerName: "listed", CompatibleRuntime: "ruby3.3" }));
    expect(none.LayerVersions).toEqual([]);
  });

  it("of layers gives the newest version that passes the filter, over pages", async () => {
    const arm = await lambda.send(new ListLayersCommand({ CompatibleArchitecture: "arm64" }));
    expect(arm.Layers).toMatchObject([{ LayerName: "listed", LatestMatchingVersion: { Version: 2 } }]);
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const page = await lambda.send(new ListLayersCommand({ MaxItems: 1, Marker }));
      names.push(...(page.Layers ?? []).map(({ LayerName }) => LayerName));
      Marker = page.NextMarker;
    } while (Marker);
    expect(names).toEqual([...names].sort());
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain("listed");
  });

  it.each([
    [{ MaxItems: 51 }, /'51' at 'maxItems' .*less than or equal to 50/],
    [{ CompatibleArchitecture: "sparc" as never }, /at 'compatibleArchitecture' .*\[x86_64, arm64\]/],
    [{ CompatibleRuntime: "cobol85" as never }, /at 'compatibleRuntime' .*enum value set/],
  ])("refuses %o", async (query, message) => {
    await expect(lambda.send(new ListLayersCommand(query))).rejects.toMatchObject(
      refusal("ValidationException", message),
    );
  });

  it("refuses a marker that it never gave", async () => {
    await expect(lambda.send(new ListLayersCommand({ Marker: "nonsense" }))).rejects.toMatchObject({
      name: "InvalidParameterValueException",
    });
  });

  it("of an unknown layer is empty", async () => {
    const none = await lambda.send(new ListLayerVersionsCommand({ LayerName: "unknown" }));
    expect(none.LayerVersions).toEqual([]);
  });
});

describe("getting and deleting", () => {
  it("gives the zip at a link, by number and by ARN", async () => {
    const { LayerVersionArn, Content } = await publish("got");
    const byNumber = await lambda.send(new GetLayerVersionCommand({ LayerName: "got", VersionNumber: 1 }));
    const byArn = await lambda.send(new GetLayerVersionByArnCommand({ Arn: LayerVersionArn }));
    for (const version of [byNumber, byArn]) {
      expect(version.Content).toMatchObject({ CodeSha256: Content?.CodeSha256, CodeSize: zip.length });
      const download = await fetch(version.Content?.Location ?? "");
      expect(Buffer.from(await download.arrayBuffer()).equals(zip)).toBe(true);
    }
  });

  it("gives no link that works for ever", async () => {
    let now = Date.now();
    const other = await startTestEndpoint({ now: () => now });
    const client = new LambdaClient(clientOptions(other.emulator));
    const { Content } = await client.send(
      new PublishLayerVersionCommand({ LayerName: "l", Content: { ZipFile: zip } }),
    );
    expect((await fetch(Content?.Location ?? "")).status).toBe(200);
    now += 600_001;
    expect((await fetch(Content?.Location ?? "")).status).toBe(404);
    await other.close();
  });

  it("refuses what is not there, in AWS's words", async () => {
    const missing = refusal("ResourceNotFoundException", "The resource you requested does not exist.");
    const get = (LayerName: string, VersionNumber: number) =>
      lambda.send(new GetLayerVersionCommand({ LayerName, VersionNumber }));
    await expect(get("nowhere", 1)).rejects.toMatchObject(missing);
    await expect(get("got", 99)).rejects.toMatchObject(missing);
    await expect(get("got", 0)).rejects.toMatchObject(
      refusal("InvalidParameterValueException", "Layer Version Cannot be less than 1"),
    );
    const byArn = (Arn: string) => lambda.send(new GetLayerVersionByArnCommand({ Arn }));
    await expect(byArn("arn:aws:lambda:us-east-1:123456789012:layer:got:9")).rejects.toMatchObject(missing);
    await expect(byArn("arn:aws:lambda:us-east-1:210987654321:layer:got:1")).rejects.toMatchObject(
      refusal("AccessDeniedException", /not authorized to perform: lambda:GetLayerVersion on resource: arn:aws:/),
    );
    await expect(byArn("arn:aws:lambda:us-east-1:123456789012:layer:got")).rejects.toMatchObject(
      refusal("ValidationException", /at 'arn' failed to satisfy constraint: Member must satisfy regular expression/),
    );
  });

  it("deletes what is not there too", async () => {
    const gone = await lambda.send(new DeleteLayerVersionCommand({ LayerName: "nowhere", VersionNumber: 1 }));
    expect(gone.$metadata.httpStatusCode).toBe(204);
    await expect(
      lambda.send(new DeleteLayerVersionCommand({ LayerName: "nowhere", VersionNumber: -1 })),
    ).rejects.toMatchObject(refusal("InvalidParameterValueException", "Layer Version Cannot be less than 1"));
  });
});

describe("the permissions of a layer version", () => {
  const target = { LayerName: "shared", VersionNumber: 1 };
  const grant = (StatementId: string, more: object = {}) =>
    lambda.send(
      new AddLayerVersionPermissionCommand({
        ...target,
        StatementId,
        Action: "lambda:GetLayerVersion",
        Principal: "*",
        ...more,
      }),
    );
  const policy = () => lambda.send(new GetLayerVersionPolicyCommand(target));

  it("are added, shown and removed, each under a revision", async () => {
    await publish("shared");
    await expect(policy()).rejects.toMatchObject(
      refusal("ResourceNotFoundException", "No policy is associated with the given resource."),
    );
    const first = await grant("s1");
    expect(first.$metadata.httpStatusCode).toBe(201);
    const Resource = "arn:aws:lambda:us-east-1:123456789012:layer:shared:1";
    const s1 = { Sid: "s1", Effect: "Allow", Principal: "*", Action: "lambda:GetLayerVersion", Resource };
    expect(JSON.parse(first.Statement ?? "")).toEqual(s1);
    await grant("s2", { Principal: "210987654321", RevisionId: first.RevisionId });
    await grant("s3", { OrganizationId: "o-abcdefghij" });
    const shown = await policy();
    expect(JSON.parse(shown.Policy ?? "")).toEqual({
      Version: "2012-10-17",
      Id: "default",
      Statement: [
        s1,
        { ...s1, Sid: "s2", Principal: { AWS: "arn:aws:iam::210987654321:root" } },
        { ...s1, Sid: "s3", Condition: { StringEquals: { "aws:PrincipalOrgID": "o-abcdefghij" } } },
      ],
    });
    await expect(grant("s1")).rejects.toMatchObject({
      ...refusal("ResourceConflictException", /\(s1\) provided already exists/),
      $metadata: { httpStatusCode: 409 },
    });
    const stale = refusal(
      "PreconditionFailedException",
      /^The Revision Id provided does not match the latest Revision Id\./,
    );
    await expect(grant("s4", { RevisionId: first.RevisionId })).rejects.toMatchObject(stale);
    const remove = (StatementId: string, RevisionId?: string) =>
      lambda.send(new RemoveLayerVersionPermissionCommand({ ...target, StatementId, RevisionId }));
    await expect(remove("s1", first.RevisionId)).rejects.toMatchObject({
      ...stale,
      $metadata: { httpStatusCode: 412 },
    });
    await expect(remove("none")).rejects.toMatchObject(
      refusal("ResourceNotFoundException", "Statement none is not found in resource policy."),
    );
    await remove("s1", shown.RevisionId);
    for (const id of ["s2", "s3"]) await remove(id);
    await expect(policy()).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("are refused for what is not there, and for other actions", async () => {
    const text = "Layer version arn:aws:lambda:us-east-1:123456789012:layer:shared:7 does not exist.";
    await expect(grant("s", { VersionNumber: 7 })).rejects.toMatchObject(refusal("ResourceNotFoundException", text));
    await expect(grant("s", { Action: "*" })).rejects.toMatchObject(
      refusal("ValidationException", /Value '\*' at 'action' .*pattern: lambda:GetLayerVersion$/),
    );
    await expect(grant("s", { Principal: "somebody" })).rejects.toMatchObject(
      refusal("ValidationException", /at 'principal'/),
    );
  });

  it("are limited in length", async () => {
    await publish("shared-widely");
    const add = (index: number) => grant(`s${index}-${"x".repeat(90)}`, { LayerName: "shared-widely" });
    const fill = async () => {
      for (let index = 0; ; index++) await add(index);
    };
    await expect(fill()).rejects.toMatchObject(
      refusal("PolicyLengthExceededException", /bigger than the limit \(20480\)/),
    );
  });
});
