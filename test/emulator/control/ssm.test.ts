// Parameter Store, through AWS's own client.

import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import {
  DeleteParameterCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  type ParameterStringFilter,
  PutParameterCommand,
  type PutParameterCommandInput,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, startTestEndpoint, type TestEndpoint } from "./support.ts";

let endpoint: TestEndpoint;
let ssm: SSMClient;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  ssm = new SSMClient(clientOptions(endpoint.emulator));
});
afterAll(() => endpoint.close());

const put = (Name: string, Value: string, more: Partial<PutParameterCommandInput> = {}) =>
  ssm.send(new PutParameterCommand({ Name, Value, Type: "String", ...more }));
const get = (Name: string, WithDecryption?: boolean) => ssm.send(new GetParameterCommand({ Name, WithDecryption }));
const arn = (name: string) => `arn:aws:ssm:us-east-1:123456789012:parameter/${name}`;

describe("a parameter", () => {
  it("keeps its value byte for byte, and counts its versions", async () => {
    const value = ' {"a":\n"ü€🙂"}\t';
    expect(await put("/app/one", value)).toMatchObject({ Version: 1, Tier: "Standard" });
    expect((await get("/app/one")).Parameter).toMatchObject({
      Name: "/app/one",
      Value: value,
      Version: 1,
      Type: "String",
      DataType: "text",
      ARN: arn("app/one"),
      LastModifiedDate: expect.any(Date),
    });
    await expect(put("/app/one", "x")).rejects.toMatchObject({
      name: "ParameterAlreadyExists",
      message: expect.stringMatching(/^The parameter already exists\. To overwrite this value/),
    });
    expect(await put("/app/one", "two", { Overwrite: true, Type: undefined })).toMatchObject({ Version: 2 });
    expect((await get("/app/one")).Parameter?.Value).toBe("two");
    expect((await get("/app/one:1")).Parameter).toMatchObject({ Value: value, Selector: ":1" });
    await expect(get("/app/one:9")).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
    await expect(get("/app/one:label")).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
  });

  it("that is secure gives its value only where decryption is asked for", async () => {
    await put("/app/secret", "s3cr3t", { Type: "SecureString" });
    expect((await get("/app/secret")).Parameter?.Value).not.toContain("s3cr3t");
    expect((await get("/app/secret", true)).Parameter).toMatchObject({ Value: "s3cr3t", Type: "SecureString" });
    const folder = join(endpoint.directory, "store", "parameters");
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
  });

  it("is found by its ARN", async () => {
    await put("plain", "p");
    expect((await get(arn("plain"))).Parameter).toMatchObject({ Name: "plain", ARN: arn("plain") });
    expect((await get(arn("app/one"))).Parameter).toMatchObject({ Name: "/app/one" });
    await put("/single", "s");
    expect((await get(arn("single"))).Parameter).toMatchObject({ Name: "/single" });
    await expect(get("arn:aws:ssm:eu-west-1:123456789012:parameter/plain")).rejects.toMatchObject({
      name: "ParameterNotFound",
    });
    await expect(get("arn:aws:s3:::bucket")).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("belongs to its region", async () => {
    const there = new SSMClient(clientOptions(endpoint.emulator, "eu-west-1"));
    await expect(there.send(new GetParameterCommand({ Name: "/app/one" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
      $metadata: { httpStatusCode: 400 },
    });
  });

  it("is deleted, and begins again with version 1", async () => {
    await put("/gone", "a");
    await put("/gone", "b", { Overwrite: true });
    await ssm.send(new DeleteParameterCommand({ Name: "/gone" }));
    await expect(get("/gone")).rejects.toMatchObject({ name: "ParameterNotFound" });
    await expect(ssm.send(new DeleteParameterCommand({ Name: "/gone" }))).rejects.toMatchObject({
      name: "ParameterNotFound",
    });
    expect(await put("/gone", "c")).toMatchObject({ Version: 1 });
  });

  it("keeps its last hundred versions", async () => {
    for (let version = 1; version <= 102; version++) await put("/many", String(version), { Overwrite: true });
    expect((await get("/many")).Parameter).toMatchObject({ Value: "102", Version: 102 });
    expect((await get("/many:3")).Parameter?.Value).toBe("3");
    await expect(get("/many:2")).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
  });

  it("takes writes from many at once", async () => {
    const written = await Promise.all(
      Array.from({ length: 10 }, (_, index) => put("/raced", `${index}`, { Overwrite: true })),
    );
    expect(written.map(({ Version }) => Version).sort((a = 0, b = 0) => a - b)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
    ]);
  });

  it.each<[string, string, string, Partial<PutParameterCommandInput>, string, RegExp]>([
    [
      "over 4 KB",
      "/x",
      "x".repeat(4097),
      {},
      "ValidationException",
      /^Standard tier parameters support a maximum parameter value of 4096 characters/,
    ],
    ["over 8 KB", "/x", "x".repeat(8193), { Tier: "Advanced" }, "ValidationException", /^Advanced tier .* 8192/],
    ["without a type", "/x", "x", { Type: undefined }, "ValidationException", /^A parameter type is required/],
    ["of an unknown type", "/x", "x", { Type: "Number" as never }, "ValidationException", /'Number' at 'type'/],
    ["under a name of AWS's", "/aws/x", "x", {}, "ValidationException", /can't be prefixed with "aws"/],
    ["under SSM's own name", "ssmx", "x", {}, "ValidationException", /can't be prefixed with "ssm"/],
    ["under a name with blanks", "a b", "x", {}, "ValidationException", /^Parameter name: /],
    ["under half a path", "a/b", "x", {}, "ValidationException", /fully qualified name/],
    ["too deep", "/a".repeat(16), "x", {}, "HierarchyLevelLimitExceededException", /15 levels/],
    [
      "under a key of one's own",
      "/x",
      "x",
      { Type: "SecureString", KeyId: "alias/mine" },
      "InvalidKeyId",
      /alias\/mine/,
    ],
    [
      "that doesn't match",
      "/x",
      "x",
      { AllowedPattern: "\\d+" },
      "ParameterPatternMismatchException",
      /allowedPattern: \\d\+/,
    ],
    [
      "with a pattern that is none",
      "/x",
      "x",
      { AllowedPattern: "(" },
      "InvalidAllowedPatternException",
      /regular expression/,
    ],
    ["with tags", "/x", "x", { Tags: [{ Key: "a", Value: "b" }] }, "ValidationException", /does not play Tags/],
    ["of a data type", "/x", "x", { DataType: "aws:ec2:image" }, "ValidationException", /does not play DataType/],
  ])("is refused %s", async (_, name, value, more, code, message) => {
    await expect(put(name, value, more)).rejects.toMatchObject({ name: code, message: expect.stringMatching(message) });
    await expect(get("/x")).rejects.toMatchObject({ name: "ParameterNotFound" });
  });

  it("of the advanced tier may be longer", async () => {
    expect(await put("/long", "x".repeat(8192), { Tier: "Advanced" })).toMatchObject({ Tier: "Advanced" });
  });
});

describe("several parameters", () => {
  beforeAll(async () => {
    for (let index = 0; index < 12; index++) await put(`/tree/p${String(index).padStart(2, "0")}`, `${index}`);
    await put("/tree/deep/er", "d", { Type: "SecureString" });
    await put("/treetop", "no");
  });

  it("are got by name, with those that aren't there listed", async () => {
    const got = await ssm.send(
      new GetParametersCommand({ Names: ["/tree/p00", "/none", arn("treetop"), "/tree/p00:7"], WithDecryption: true }),
    );
    expect(got.Parameters?.map(({ Name }) => Name)).toEqual(["/tree/p00", "/treetop"]);
    expect(got.InvalidParameters).toEqual(["/none", "/tree/p00:7"]);
    await expect(
      ssm.send(new GetParametersCommand({ Names: Array.from({ length: 11 }, (_, i) => `/p${i}`) })),
    ).rejects.toMatchObject({
      name: "ValidationException",
      message: expect.stringMatching(/at 'names' .*less than or equal to 10/),
    });
  });

  it("are got by path, ten at a time", async () => {
    const page = (more: object) => ssm.send(new GetParametersByPathCommand({ Path: "/tree", ...more }));
    const first = await page({});
    expect(first.Parameters).toHaveLength(10);
    const rest = await page({ NextToken: first.NextToken });
    expect(rest.Parameters?.map(({ Name }) => Name)).toEqual(["/tree/p10", "/tree/p11"]);
    expect(rest.NextToken).toBeUndefined();
    const deep = await page({ Recursive: true, MaxResults: 1, WithDecryption: true });
    expect(deep.Parameters).toMatchObject([{ Name: "/tree/deep/er", Value: "d" }]);
    await expect(page({ NextToken: "nonsense" })).rejects.toMatchObject({ name: "InvalidNextToken" });
    await expect(page({ Path: "tree" })).rejects.toMatchObject({ name: "ValidationException" });
    await expect(page({ MaxResults: 11 })).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("are got by path from the root, which is above names without a slash too", async () => {
    await put("/rooted", "r");
    await put("rootless", "r");
    const names: string[] = [];
    let NextToken: string | undefined;
    do {
      const page = await ssm.send(new GetParametersByPathCommand({ Path: "/", NextToken }));
      names.push(...(page.Parameters ?? []).map(({ Name = "" }) => Name));
      NextToken = page.NextToken;
    } while (NextToken);
    expect(names).toEqual(expect.arrayContaining(["/rooted", "rootless"]));
    expect(names.filter((name) => name.startsWith("/tree/"))).toEqual([]);
  });

  it("are got by path through filters, all of which must hold", async () => {
    await put("/filtered/plain", "p");
    await put("/filtered/list", "a,b", { Type: "StringList" });
    await put("/filtered/secret", "s", { Type: "SecureString" });
    const filtered = async (...ParameterFilters: ParameterStringFilter[]) => {
      const command = new GetParametersByPathCommand({ Path: "/filtered", ParameterFilters });
      return (await ssm.send(command)).Parameters?.map(({ Name }) => Name?.slice("/filtered/".length));
    };
    expect(await filtered({ Key: "Type", Values: ["String", "SecureString"] })).toEqual(["plain", "secret"]);
    expect(await filtered({ Key: "Type", Option: "BeginsWith", Values: ["String"] })).toEqual(["list", "plain"]);
    expect(await filtered({ Key: "KeyId", Values: ["alias/aws/ssm"] })).toEqual(["secret"]);
    expect(await filtered({ Key: "Label", Values: ["x"] })).toEqual([]);
    const text = { Key: "DataType", Values: ["text"] };
    expect(await filtered(text, { Key: "Type", Values: ["StringList"] })).toEqual(["list"]);
    await expect(filtered({ Key: "constructor", Values: ["x"] })).rejects.toMatchObject({
      name: "InvalidFilterKey",
      message: expect.stringMatching(/not valid: constructor\. .*\[Type, KeyId, Label, DataType\]/),
    });
    await expect(filtered({ Key: "Type", Option: "Contains", Values: ["x"] })).rejects.toMatchObject({
      name: "InvalidFilterOption",
    });
    await expect(filtered({ Key: "Type" })).rejects.toMatchObject({ name: "InvalidFilterValue" });
  });
});
