// Functions, their configuration, code, versions and states, through AWS's own client.

import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  type UpdateFunctionConfigurationCommandInput,
} from "@aws-sdk/client-lambda";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf, zipThatClaims } from "./support.ts";

let endpoint: TestEndpoint;
let lambda: LambdaClient;
let iam: IAMClient;
let zip: Buffer;
/** Long enough to be met on its way however slow the machine is, where a test wants that. */
const long = 1500;
let settle = 5;
const Role = "arn:aws:iam::123456789012:role/runs";

beforeAll(async () => {
  endpoint = await startTestEndpoint({ settleMilliseconds: () => settle });
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  iam = new IAMClient(clientOptions(endpoint.emulator));
  zip = await zipOf({ "index.mjs": "export const handler = async () => 1;\n" });
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
});
afterAll(() => endpoint.close());
afterEach(() => {
  settle = 5;
});

const create = (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) =>
  lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Role,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: zip },
      ...more,
    }),
  );
const configuration = (FunctionName: string, Qualifier?: string) =>
  lambda.send(new GetFunctionConfigurationCommand({ FunctionName, Qualifier }));
const settled = async (FunctionName: string) => {
  for (;;) {
    const now = await configuration(FunctionName);
    if (now.State === "Active" && now.LastUpdateStatus === "Successful") return now;
    await sleep(5);
  }
};
const created = async (FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) => {
  await create(FunctionName, more);
  return settled(FunctionName);
};
const update = (FunctionName: string, more: Partial<UpdateFunctionConfigurationCommandInput> = {}) =>
  lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, ...more }));
const publishLayer = async (LayerName: string, ZipFile = zip) =>
  (await lambda.send(new PublishLayerVersionCommand({ LayerName, Content: { ZipFile } }))).LayerVersionArn ?? "";
const refusal = (name: string, message: string | RegExp) => ({
  name,
  message: typeof message === "string" ? message : expect.stringMatching(message),
});
const invalid = (message: string | RegExp) => refusal("InvalidParameterValueException", message);
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;

describe("creating a function", () => {
  it("answers Pending, then shows it Active under another revision", async () => {
    settle = long;
    const pending = await create("fresh");
    expect(pending).toMatchObject({
      FunctionArn: arn("fresh"),
      State: "Pending",
      StateReason: "The function is being created.",
      StateReasonCode: "Creating",
      Version: "$LATEST",
      Timeout: 3,
      MemorySize: 128,
      Architectures: ["x86_64"],
      EphemeralStorage: { Size: 512 },
      PackageType: "Zip",
      TracingConfig: { Mode: "PassThrough" },
      LoggingConfig: { LogFormat: "Text", LogGroup: "/aws/lambda/fresh" },
    });
    expect(pending.Environment).toBeUndefined();
    expect(pending.LastUpdateStatus).toBeUndefined();
    await expect(update("fresh", { Timeout: 4 })).rejects.toMatchObject(
      refusal("ResourceConflictException", /currently in the following state: Pending$/),
    );
    const active = await settled("fresh");
    expect(active).toMatchObject({ State: "Active", LastUpdateStatus: "Successful" });
    expect(active.RevisionId).not.toBe(pending.RevisionId);
  });

  it("logs as text, or as JSON with levels that are INFO unless said otherwise; what an update does not name stays", async () => {
    const LogGroup = "/aws/lambda/formatted";
    const shown = async () => (await settled("formatted")).LoggingConfig;
    const change = async (LoggingConfig: UpdateFunctionConfigurationCommandInput["LoggingConfig"]) => {
      await update("formatted", { LoggingConfig });
      return shown();
    };
    await created("formatted", { LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "TRACE" } });
    const json = { LogFormat: "JSON", ApplicationLogLevel: "TRACE", SystemLogLevel: "INFO", LogGroup };
    expect(await shown()).toEqual(json);
    expect(await change({ SystemLogLevel: "WARN" })).toEqual({ ...json, SystemLogLevel: "WARN" });
    expect(await change({ LogGroup: "/other" })).toEqual({ ...json, SystemLogLevel: "WARN", LogGroup: "/other" });
    expect(await change({ LogFormat: "Text" })).toEqual({ LogFormat: "Text", LogGroup: "/other" });
    await expect(update("formatted", { LoggingConfig: { ApplicationLogLevel: "INFO" } })).rejects.toMatchObject(
      invalid(/^LogLevel is not supported/),
    );
    expect(await change({ LogFormat: "JSON", LogGroup })).toEqual({ ...json, ApplicationLogLevel: "INFO" });
    await update("formatted", { Description: "d" });
    expect(await shown()).toMatchObject({ LogFormat: "JSON" });
  });

  it("takes everything that can be configured", async () => {
    const layer = await publishLayer("configured");
    const made = await created("configured", {
      Description: "d",
      MemorySize: 512,
      Timeout: 30,
      EphemeralStorage: { Size: 1024 },
      Architectures: ["arm64"],
      Environment: { Variables: { NAME: "value" } },
      Layers: [layer],
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogGroup: "/custom/group" },
      Tags: { team: "x" },
      VpcConfig: { SubnetIds: [], SecurityGroupIds: [] },
    });
    expect(made).toMatchObject({
      Description: "d",
      MemorySize: 512,
      Timeout: 30,
      EphemeralStorage: { Size: 1024 },
      Architectures: ["arm64"],
      Environment: { Variables: { NAME: "value" } },
      Layers: [{ Arn: layer, CodeSize: zip.length }],
      TracingConfig: { Mode: "Active" },
      LoggingConfig: { LogGroup: "/custom/group" },
    });
    const got = await lambda.send(new GetFunctionCommand({ FunctionName: "configured" }));
    expect(got.Tags).toEqual({ team: "x" });
    const download = await fetch(got.Code?.Location ?? "");
    expect(Buffer.from(await download.arrayBuffer()).equals(zip)).toBe(true);
  });

  it.each<[string, Partial<CreateFunctionCommandInput>, { name: string; message: unknown }]>([
    [
      "a role that does not exist",
      { Role: `${Role}x` },
      invalid("The role defined for the function cannot be assumed by Lambda."),
    ],
    [
      "a role that is no ARN",
      { Role: "r1" },
      refusal("ValidationException", /Value 'r1' at 'role' .*pattern: arn:\(aws/),
    ],
    [
      "a role of another account",
      { Role: Role.replace("123456789012", "210987654321") },
      refusal("AccessDeniedException", "Cross-account pass role is not allowed."),
    ],
    [
      "an unknown runtime",
      { Runtime: "cobol85" as never },
      invalid(/^Value cobol85 at 'runtime' failed .* or be a valid ARN$/),
    ],
    ["a runtime without a version", { Runtime: "python3" as never }, invalid(/^Value python3 at 'runtime' failed/)],
    ["a retired runtime", { Runtime: "go1.x" }, invalid(/^The runtime parameter of go1\.x is no longer supported/)],
    ["no handler", { Handler: undefined }, invalid(/^Runtime and Handler are mandatory/)],
    ["a handler with blanks", { Handler: "a b" }, refusal("ValidationException", /at 'handler' .*\[\^\\s\]\+$/)],
    [
      "too much memory",
      { MemorySize: 10_241 },
      refusal("ValidationException", /'10241' at 'memorySize' .*equal to 10240/),
    ],
    ["too little memory", { MemorySize: 127 }, refusal("ValidationException", /'127' at 'memorySize' .*equal to 128/)],
    ["too long a time-out", { Timeout: 901 }, refusal("ValidationException", /'901' at 'timeout' .*equal to 900/)],
    [
      "two architectures",
      { Architectures: ["x86_64", "arm64"] },
      refusal("ValidationException", /'\[x86_64, arm64\]' at 'architectures' .*equal to 1/),
    ],
    [
      "an unknown architecture",
      { Architectures: ["sparc" as never] },
      refusal("ValidationException", /at 'architectures' .*enum value set: \[x86_64, arm64\]/),
    ],
    ["what is no zip", { Code: { ZipFile: Buffer.from("x") } }, invalid(/^Could not unzip uploaded file/)],
    ["no code", { Code: {} }, invalid(/provide a source/)],
    ["code in S3", { Code: { S3Bucket: "b12", S3Key: "k" } }, invalid(/S3 Error Code: NoSuchBucket/)],
    ["an image", { PackageType: "Image", Code: { ImageUri: "i" } }, invalid(/does not play PackageType/)],
    ["a VPC", { VpcConfig: { SubnetIds: ["subnet-1"] } }, invalid(/does not play VpcConfig/)],
    [
      "a level in the text format",
      { LoggingConfig: { SystemLogLevel: "WARN" } },
      invalid(/^LogLevel is not supported when LogFormat is set to "Text"\. Remove LogLevel/),
    ],
    [
      "a log format that there is not",
      { LoggingConfig: { LogFormat: "XML" as never } },
      refusal("ValidationException", /'XML' at 'loggingConfig\.logFormat' .*enum value set: \[JSON, Text\]/),
    ],
    [
      "a system log level that there is not",
      { LoggingConfig: { LogFormat: "JSON", SystemLogLevel: "ERROR" as never } },
      refusal("ValidationException", /'ERROR' at 'loggingConfig\.systemLogLevel' .*set: \[DEBUG, INFO, WARN\]/),
    ],
    [
      "an application log level that there is not",
      { LoggingConfig: { LogFormat: "JSON", ApplicationLogLevel: "info" as never } },
      refusal("ValidationException", /'info' at 'loggingConfig\.applicationLogLevel' .*ERROR, FATAL\]/),
    ],
    ["SnapStart", { SnapStart: { ApplyOn: "PublishedVersions" } }, invalid(/does not play SnapStart/)],
    [
      "a reserved variable",
      { Environment: { Variables: { AWS_REGION: "x" } } },
      invalid(/reserved keys .* used in this request: AWS_REGION$/),
    ],
    [
      "a variable with a wrong name",
      { Environment: { Variables: { "1A": "x" } } },
      refusal("ValidationException", /'\{1A\}' at 'environment\.variables'/),
    ],
    [
      "51 tags",
      { Tags: Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`t${index}`, ""])) },
      invalid("Number of tags exceeds resource tag limit."),
    ],
  ])("refuses %s", async (_, more, wanted) => {
    await expect(create("refused", more)).rejects.toMatchObject(wanted);
    await expect(configuration("refused")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("refuses variables over 4 KB, and keeps their values to itself", async () => {
    const secret = "s3cr3t".repeat(700);
    const over = create("refused", { Environment: { Variables: { SECRET: secret } } });
    await expect(over).rejects.toMatchObject(invalid(/exceeded the 4KB limit\.$/));
    await expect(over).rejects.not.toThrow(/s3cr3t/);
    const overhead = '{"AA":""}'.length;
    await create("fits", { Environment: { Variables: { AA: "x".repeat(4096 - overhead) } } });
  });

  it("refuses a role that does not trust Lambda, and one whose condition forbids it", async () => {
    const trust = (statement: object) =>
      JSON.stringify({ Version: "2012-10-17", Statement: [{ Action: "sts:AssumeRole", ...statement }] });
    const service = { Service: "lambda.amazonaws.com" };
    const roles: [string, string, boolean][] = [
      ["ec2", trust({ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" } }), false],
      ["denied", trust({ Effect: "Deny", Principal: service }), false],
      [
        "listed",
        trust({ Effect: "Allow", Principal: { Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] } }),
        true,
      ],
      [
        "mine",
        trust({
          Effect: "Allow",
          Principal: service,
          Condition: { StringEquals: { "aws:SourceAccount": "123456789012" } },
        }),
        true,
      ],
      [
        "other",
        trust({
          Effect: "Allow",
          Principal: service,
          Condition: { StringEquals: { "aws:SourceAccount": "210987654321" } },
        }),
        false,
      ],
    ];
    for (const [RoleName, AssumeRolePolicyDocument, works] of roles) {
      const { Role: made } = await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
      const attempt = create(`with-${RoleName}`, { Role: made?.Arn });
      if (works) await expect(attempt).resolves.toMatchObject({ State: "Pending" });
      else await expect(attempt).rejects.toMatchObject(invalid(/cannot be assumed by Lambda/));
    }
  });

  it.each([
    ["*", "ValidationException", /at 'functionName' failed/],
    ["my-function!", "ValidationException", /at 'functionName' failed/],
    ["invalid:function:name", "ValidationException", /at 'functionName' failed/],
    ["x".repeat(65), "InvalidParameterValueException", /less than or equal to 64$/],
    ["x".repeat(141), "ValidationException", /less than or equal to 140$/],
    [
      "arn:aws:lambda:eu-west-1:123456789012:function:f",
      "ResourceNotFoundException",
      /^Functions from 'eu-west-1' are not reachable in this region \('us-east-1'\)$/,
    ],
  ])("refuses the name %s", async (name, code, message) => {
    await expect(create(name)).rejects.toMatchObject(refusal(code, message));
  });

  it("refuses a name that is taken", async () => {
    await create("taken");
    await expect(create("taken")).rejects.toMatchObject({
      name: "ResourceConflictException",
      message: "Function already exist: taken",
    });
  });
});

describe("the layers of a function", () => {
  it("are at most five, one version of each, of the same region, and there", async () => {
    const layers = await Promise.all(Array.from({ length: 6 }, (_, index) => publishLayer(`l${index}`)));
    await created("layered");
    await expect(update("layered", { Layers: layers })).rejects.toMatchObject(
      invalid("Cannot reference more than 5 layers."),
    );
    const [first = ""] = layers;
    const second = await publishLayer("l0");
    await expect(update("layered", { Layers: [first, second] })).rejects.toMatchObject(
      invalid(
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${first} and ${second} are versions of the same layer.`,
      ),
    );
    await expect(update("layered", { Layers: [first.replace("us-east-1", "eu-west-1")] })).rejects.toMatchObject(
      invalid("Layers are not in the same region as the function. Layers are expected to be in region us-east-1."),
    );
    const missing = first.replace(/1$/, "9");
    await expect(update("layered", { Layers: [missing] })).rejects.toMatchObject(
      invalid(`Layer version ${missing} does not exist.`),
    );
    await expect(update("layered", { Layers: [first.replace(/:1$/, "")] })).rejects.toMatchObject(
      refusal("ValidationException", /at 'layers' failed to satisfy constraint: Member must satisfy constraint: \[/),
    );
    await expect(update("layered", { Layers: [first.replace("123456789012", "210987654321")] })).rejects.toMatchObject(
      refusal(
        "AccessDeniedException",
        /user\/local is not authorized to perform: lambda:GetLayerVersion on resource: /,
      ),
    );
    await update("layered", { Layers: layers.slice(0, 5) });
    expect((await settled("layered")).Layers?.map(({ Arn }) => Arn)).toEqual(layers.slice(0, 5));
  });

  it("stay when their version is deleted, and can be given again", async () => {
    const layer = await publishLayer("deleted");
    await created("keeps", { Layers: [layer] });
    const { DeleteLayerVersionCommand } = await import("@aws-sdk/client-lambda");
    await lambda.send(new DeleteLayerVersionCommand({ LayerName: "deleted", VersionNumber: 1 }));
    await update("keeps", { Layers: [layer], Timeout: 9 });
    expect(await settled("keeps")).toMatchObject({ Timeout: 9, Layers: [{ Arn: layer }] });
    await created("late");
    await expect(update("late", { Layers: [layer] })).rejects.toMatchObject(invalid(/does not exist/));
  });

  it("fit into 250 MB together with the function", async () => {
    const layer = await publishLayer("heavy", await zipThatClaims(200_000_000));
    const Code = { ZipFile: await zipThatClaims(62_144_001) };
    await expect(create("too-heavy", { Layers: [layer], Code })).rejects.toMatchObject(
      invalid(
        "Function code combined with layers exceeds the maximum allowed size of 262144000 bytes. The actual size is 262144001 bytes.",
      ),
    );
    await expect(create("too-heavy", { Code: { ZipFile: await zipThatClaims(262_144_001) } })).rejects.toMatchObject(
      invalid("Unzipped size must be smaller than 262144000 bytes"),
    );
  });
});

describe("updating a function", () => {
  it("shows InProgress, refuses another update meanwhile, and ends Successful under another revision", async () => {
    await created("updated", { Environment: { Variables: { AA: "1" } } });
    settle = long;
    const progress = await update("updated", { Description: "new" });
    expect(progress).toMatchObject({
      State: "Active",
      LastUpdateStatus: "InProgress",
      LastUpdateStatusReason: "The function is being created.",
      LastUpdateStatusReasonCode: "Creating",
      Description: "new",
      Environment: { Variables: { AA: "1" } },
    });
    const text = `The operation cannot be performed at this time. An update is in progress for resource: ${arn("updated")}`;
    for (const attempt of [
      () => update("updated", { Description: "newer" }),
      () => lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "updated", ZipFile: zip })),
      () => lambda.send(new PublishVersionCommand({ FunctionName: "updated" })),
    ]) {
      await expect(attempt()).rejects.toMatchObject(refusal("ResourceConflictException", text));
    }
    const done = await settled("updated");
    expect(done.Description).toBe("new");
    expect(done.RevisionId).not.toBe(progress.RevisionId);
  });

  it("asks for the latest revision where one is given", async () => {
    const before = await created("revised");
    await update("revised", { Description: "a", RevisionId: before.RevisionId });
    await settled("revised");
    const stale = refusal("PreconditionFailedException", /Call the GetFunction\/GetAlias API/);
    await expect(update("revised", { Description: "b", RevisionId: before.RevisionId })).rejects.toMatchObject(stale);
    await expect(
      lambda.send(new PublishVersionCommand({ FunctionName: "revised", RevisionId: before.RevisionId })),
    ).rejects.toMatchObject({ ...stale, $metadata: { httpStatusCode: 412 } });
  });

  it("lets one of many at once through", async () => {
    const { RevisionId } = await created("raced");
    settle = long;
    const results = await Promise.allSettled(
      Array.from({ length: 8 }, (_, index) => update("raced", { Description: `d${index}`, RevisionId })),
    );
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
  });

  it("changes code and architecture, or only looks whether it could", async () => {
    await created("recoded");
    const other = await zipOf({ "index.mjs": "export const handler = async () => 2;\n" });
    const code = (more: object) =>
      lambda.send(new UpdateFunctionCodeCommand({ FunctionName: "recoded", ZipFile: other, ...more }));
    const dry = await code({ DryRun: true });
    expect((await configuration("recoded")).CodeSha256).not.toBe(dry.CodeSha256);
    await code({ Architectures: ["arm64"] });
    expect(await settled("recoded")).toMatchObject({ CodeSha256: dry.CodeSha256, Architectures: ["arm64"] });
    const published = await code({ Publish: true });
    expect(published).toMatchObject({ Version: "1", FunctionArn: `${arn("recoded")}:1` });
  });

  it("can be done by ARN", async () => {
    await created("by-arn");
    await update(arn("by-arn"), { Description: "x", Role });
    expect((await settled("by-arn")).Description).toBe("x");
  });
});

describe("versions", () => {
  it("are numbered copies that don't change, and no new one without a change", async () => {
    await created("versioned");
    const publish = (more: object = {}) =>
      lambda.send(new PublishVersionCommand({ FunctionName: "versioned", ...more }));
    const first = await publish({ Description: "first" });
    expect(first).toMatchObject({ Version: "1", FunctionArn: `${arn("versioned")}:1`, Description: "first" });
    expect((await publish()).Version).toBe("1");
    await update("versioned", { Timeout: 8 });
    await settled("versioned");
    expect((await publish()).Version).toBe("2");
    expect(await configuration("versioned", "1")).toMatchObject({ Timeout: 3, FunctionArn: `${arn("versioned")}:1` });
    await expect(publish({ CodeSha256: "other" })).rejects.toMatchObject(invalid(/^CodeSHA256 \(other\) is different/));

    const list = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName: "versioned" }));
    expect(list.Versions?.map(({ Version }) => Version)).toEqual(["$LATEST", "1", "2"]);
    expect(list.Versions?.[0]).toMatchObject({ FunctionArn: `${arn("versioned")}:$LATEST` });
    expect(list.Versions?.[0]).not.toHaveProperty("State");

    const remove = (Qualifier: string) =>
      lambda.send(new DeleteFunctionCommand({ FunctionName: "versioned", Qualifier }));
    await remove("2");
    await expect(configuration("versioned", "2")).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Function not found: ${arn("versioned")}:2`),
    );
    await expect(remove("$LATEST")).rejects.toMatchObject(
      invalid("$LATEST version cannot be deleted without deleting the function."),
    );
    await update("versioned", { Timeout: 9 });
    await settled("versioned");
    expect((await publish()).Version).toBe("3");
  });

  it("can be published with the function", async () => {
    settle = long;
    expect(await create("published", { Publish: true })).toMatchObject({ Version: "1", State: "Pending" });
    expect(await configuration("published", "1")).toMatchObject({ Version: "1" });
  });

  it("begin again with a function that was deleted and made anew", async () => {
    await created("again", { Publish: true });
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "again" }));
    expect(await create("again", { Publish: true })).toMatchObject({ Version: "1" });
  });
});

describe("finding functions", () => {
  it("refuses what is not there, in AWS's words", async () => {
    await expect(configuration("nowhere")).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Function not found: ${arn("nowhere")}`),
    );
    await created("found");
    await expect(configuration("found", "1221")).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Function not found: ${arn("found")}:1221`),
    );
    await expect(configuration("found:1", "2")).rejects.toMatchObject(
      invalid("The derived qualifier from the function name does not match the specified qualifier."),
    );
    await expect(configuration("found", "invalid!")).rejects.toMatchObject(
      refusal("ValidationException", /Value 'invalid!' at 'qualifier'/),
    );
    for (const name of ["found", arn("found"), "123456789012:function:found", "function:found", "found:$LATEST"]) {
      expect(await configuration(name)).toMatchObject({ FunctionName: "found" });
    }
    await expect(update("found:1", { Timeout: 4 })).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(update("found:$LATEST", { Timeout: 4 })).rejects.toMatchObject(
      invalid(/permitted on Lambda functions only/),
    );
  });

  it("lists a region's functions, a page at a time, with their versions where asked", async () => {
    const there = new LambdaClient(clientOptions(endpoint.emulator, "eu-west-1"));
    const make = (FunctionName: string, Publish: boolean) =>
      there.send(
        new CreateFunctionCommand({
          FunctionName,
          Role,
          Runtime: "python3.12",
          Handler: "a.b",
          Code: { ZipFile: zip },
          Publish,
        }),
      );
    for (const name of ["c", "a", "b"]) await make(name, name === "a");
    const first = await there.send(new ListFunctionsCommand({ MaxItems: 2 }));
    expect(first.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(["a", "b"]);
    const rest = await there.send(new ListFunctionsCommand({ MaxItems: 2, Marker: first.NextMarker }));
    expect(rest.Functions?.map(({ FunctionName }) => FunctionName)).toEqual(["c"]);
    expect(rest.NextMarker).toBeUndefined();
    const all = await there.send(new ListFunctionsCommand({ FunctionVersion: "ALL" }));
    expect(all.Functions?.map(({ FunctionName, Version }) => `${FunctionName} ${Version}`)).toEqual([
      "a $LATEST",
      "a 1",
      "b $LATEST",
      "c $LATEST",
    ]);
    await expect(there.send(new ListFunctionsCommand({ FunctionVersion: "some" as never }))).rejects.toMatchObject(
      refusal("ValidationException", /'some' at 'functionVersion' .*\[ALL\]/),
    );
    const settings = await there.send(new GetAccountSettingsCommand({}));
    expect(settings).toMatchObject({
      AccountLimit: { CodeSizeUnzipped: 262_144_000 },
      AccountUsage: { FunctionCount: 3, TotalCodeSize: 4 * zip.length },
    });
  });
});

describe("deleting a function", () => {
  it("ends its environments and forgets its versions", async () => {
    await created("deleted", { Publish: true });
    const gone = await lambda.send(new DeleteFunctionCommand({ FunctionName: "deleted" }));
    expect(gone.$metadata.httpStatusCode).toBe(204);
    for (const qualifier of [undefined, "1"]) {
      await expect(configuration("deleted", qualifier)).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    }
    await expect(lambda.send(new DeleteFunctionCommand({ FunctionName: "deleted" }))).rejects.toMatchObject(
      refusal("ResourceNotFoundException", `Function not found: ${arn("deleted")}`),
    );
  });
});

describe("tags", () => {
  it("are added, overwritten and taken away", async () => {
    await created("tagged");
    const tag = (Tags: Record<string, string>, Resource = arn("tagged")) =>
      lambda.send(new TagResourceCommand({ Resource, Tags }));
    await tag({ A: "a", B: "b" });
    await tag({ B: "c", C: "d" });
    await lambda.send(new UntagResourceCommand({ Resource: arn("tagged"), TagKeys: ["A", "Z"] }));
    const { Tags } = await lambda.send(new ListTagsCommand({ Resource: arn("tagged") }));
    expect(Tags).toEqual({ B: "c", C: "d" });
    await expect(tag({ X: "y" }, arn("nowhere"))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
    await expect(tag({ X: "y" }, `${arn("tagged")}:1`)).rejects.toMatchObject(
      invalid(/^Tags on function aliases and versions are not supported\./),
    );
    await expect(tag({ X: "y" }, "arn:aws:lambda:us-east-1:123456789012:foobar:x")).rejects.toMatchObject(
      refusal("ValidationException", /at 'resource'/),
    );
    await expect(tag({}, arn("tagged"))).rejects.toMatchObject(
      invalid("An error occurred and the request cannot be processed."),
    );
    const many = Object.fromEntries(Array.from({ length: 49 }, (_, index) => [`k${index}`, ""]));
    await expect(tag(many)).rejects.toMatchObject(invalid("Number of tags exceeds resource tag limit."));
  });
});
