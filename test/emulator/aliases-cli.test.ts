// The AWS CLI, which we did not write, gives names to versions of a function and uses them.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { missing } from "../support/tools.ts";
import { awsCli, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./control/support.ts";

describe.skipIf(missing("aws"))("aliases through the AWS CLI (needs the AWS CLI)", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  const aws = async (...args: string[]) => {
    const printed = await awsCli(endpoint.emulator, args, folder);
    return printed.trim() === "" ? {} : JSON.parse(printed);
  };
  const lambda = (operation: string, ...args: string[]) => aws("lambda", operation, "--function-name", "f", ...args);
  const refused = (stderr: RegExp) => ({ stderr: expect.stringMatching(stderr) });

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-aliases-"));
    writeFileSync(
      join(folder, "function.zip"),
      await zipOf({ "index.mjs": "export const handler = async () => 1;\n" }),
    );
    writeFileSync(join(folder, "trust.json"), lambdaTrust);
    const document = ["--assume-role-policy-document", "file://trust.json"];
    const { Role } = await aws("iam", "create-role", "--role-name", "r", ...document);
    await lambda(
      "create-function",
      ...[
        "--runtime",
        "nodejs22.x",
        "--handler",
        "index.handler",
        "--role",
        Role.Arn,
        "--zip-file",
        "fileb://function.zip",
      ],
    );
    await aws("lambda", "wait", "function-active-v2", "--function-name", "f");
    await lambda("publish-version", "--description", "first");
    await lambda("update-function-configuration", "--timeout", "9");
    await aws("lambda", "wait", "function-updated-v2", "--function-name", "f");
    await lambda("publish-version", "--description", "second");
  }, 120_000);
  afterAll(async () => {
    await endpoint?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("creates, changes, lists, uses and deletes them", { timeout: 120_000 }, async () => {
    const live = ["--name", "live"];
    const routed = ["--routing-config", "AdditionalVersionWeights={2=1}"];
    const created = await lambda("create-alias", ...live, "--function-version", "1", "--description", "now", ...routed);
    const arn = "arn:aws:lambda:us-east-1:123456789012:function:f:live";
    expect(created).toEqual({
      AliasArn: arn,
      Name: "live",
      FunctionVersion: "1",
      Description: "now",
      RoutingConfig: { AdditionalVersionWeights: { "2": 1 } },
      RevisionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(await lambda("get-alias", ...live)).toEqual(created);
    const invoked = await aws("lambda", "invoke", "--function-name", arn, "out.json");
    expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: "2" });
    expect(readFileSync(join(folder, "out.json"), "utf8")).toBe("{}");
    const updated = await lambda("update-alias", ...live, "--routing-config", "AdditionalVersionWeights={}");
    expect(updated.RoutingConfig).toBeUndefined();
    expect(await lambda("invoke", "--qualifier", "live", "out.json")).toMatchObject({ ExecutedVersion: "1" });
    expect((await lambda("get-function-configuration", "--qualifier", "live")).Description).toBe("first");

    for (const name of ["b", "c"]) await lambda("create-alias", "--name", name, "--function-version", "2");
    // The CLI turns the pages itself.
    const listed = await lambda("list-aliases", "--page-size", "1");
    expect(listed.Aliases.map(({ Name }: { Name: string }) => Name)).toEqual(["b", "c", "live"]);
    const ofSecond = await lambda("list-aliases", "--function-version", "2");
    expect(ofSecond.Aliases.map(({ Name }: { Name: string }) => Name)).toEqual(["b", "c"]);
    await lambda("delete-alias", "--name", "b");
    await expect(lambda("get-alias", "--name", "b")).rejects.toMatchObject(
      refused(
        /\(ResourceNotFoundException\) when calling the GetAlias operation: Cannot find alias arn: .*function:f:b/,
      ),
    );
  });

  it("is told what Lambda refuses", { timeout: 60_000 }, async () => {
    await lambda("create-alias", "--name", "held", "--function-version", "2");
    await expect(lambda("create-alias", "--name", "held", "--function-version", "1")).rejects.toMatchObject(
      refused(/\(ResourceConflictException\).*Alias already exists: /),
    );
    await expect(lambda("update-alias", "--name", "held", "--revision-id", "stale")).rejects.toMatchObject(
      refused(/\(PreconditionFailedException\)/),
    );
    await expect(lambda("delete-function", "--qualifier", "2")).rejects.toMatchObject(
      refused(/\(ResourceConflictException\).*the following aliases reference it: \[.*held.*\]/),
    );
  });

  it("lists every version of every function with its layers", { timeout: 60_000 }, async () => {
    const { Functions } = await aws("lambda", "list-functions", "--function-version", "ALL", "--page-size", "2");
    expect(Functions.map(({ Version }: { Version: string }) => Version)).toEqual(["$LATEST", "1", "2"]);
    const { Versions } = await lambda("list-versions-by-function", "--page-size", "1");
    expect(Versions.map(({ Timeout }: { Timeout: number }) => Timeout)).toEqual([9, 3, 9]);
  });
});
