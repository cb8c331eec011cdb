// The AWS CLI, which we did not write, walks through the endpoint.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startEmulator } from "../../src/emulator/server.ts";
import { missing } from "../support/tools.ts";
import { awsCli, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./control/support.ts";

const source = `exports.handler = async (event) => {
  console.log("hello from the function");
  return { event, variable: process.env.GREETING, endpoint: process.env.AWS_ENDPOINT_URL };
};
`;

describe.skipIf(missing("aws"))("the AWS CLI against the endpoint (needs the AWS CLI)", () => {
  let endpoint: TestEndpoint;
  let folder: string;
  const aws = async (...args: string[]) => {
    const printed = await awsCli(endpoint.emulator, args, folder);
    return printed.trim() === "" ? {} : JSON.parse(printed);
  };

  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-cli-"));
    writeFileSync(join(folder, "layer.zip"), await zipOf({ "extensions/ext": "#!/bin/sh\n" }));
    writeFileSync(
      join(folder, "function.zip"),
      await zipOf({ "index.mjs": "export const handler = async () => 1;\n" }),
    );
    writeFileSync(join(folder, "trust.json"), lambdaTrust);
  });
  afterAll(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("walks from a role to an invocation", { timeout: 120_000 }, async () => {
    const identity = await aws("sts", "get-caller-identity");
    expect(identity).toMatchObject({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/local" });

    const role = await aws(
      "iam",
      "create-role",
      "--role-name",
      "r",
      "--assume-role-policy-document",
      "file://trust.json",
    );
    expect(role.Role).toMatchObject({
      Arn: "arn:aws:iam::123456789012:role/r",
      AssumeRolePolicyDocument: JSON.parse(lambdaTrust),
    });

    const layer = await aws(
      ...["lambda", "publish-layer-version", "--layer-name", "ext-x86_64", "--zip-file", "fileb://layer.zip"],
      ...["--compatible-architectures", "x86_64", "--compatible-runtimes", "python3.12", "nodejs22.x"],
    );
    expect(layer).toMatchObject({
      LayerVersionArn: "arn:aws:lambda:us-east-1:123456789012:layer:ext-x86_64:1",
      Version: 1,
      CompatibleArchitectures: ["x86_64"],
    });
    const downloaded = Buffer.from(await (await fetch(layer.Content.Location)).arrayBuffer());
    expect(downloaded.equals(readFileSync(join(folder, "layer.zip")))).toBe(true);

    const byArn = await aws("lambda", "get-layer-version-by-arn", "--arn", layer.LayerVersionArn);
    expect(byArn.Content.CodeSha256).toBe(layer.Content.CodeSha256);

    const created = await aws(
      ...["lambda", "create-function", "--function-name", "f", "--runtime", "nodejs22.x", "--handler", "index.handler"],
      ...["--role", role.Role.Arn, "--zip-file", "fileb://function.zip"],
    );
    expect(created).toMatchObject({ State: "Pending", StateReasonCode: "Creating", Version: "$LATEST" });
    await aws("lambda", "wait", "function-active-v2", "--function-name", "f");

    const updated = await aws(
      ...["lambda", "update-function-configuration", "--function-name", "f"],
      ...["--layers", layer.LayerVersionArn, "--environment", "Variables={AA=1}"],
    );
    expect(updated).toMatchObject({ LastUpdateStatus: "InProgress", Layers: [{ Arn: layer.LayerVersionArn }] });
    await aws("lambda", "wait", "function-updated-v2", "--function-name", "f");

    const invoked = await aws(
      ...["lambda", "invoke", "--function-name", "f", "--log-type", "Tail", "--payload", `{"id":"x"}`, "out.json"],
    );
    expect(invoked).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(Buffer.from(invoked.LogResult, "base64").toString()).toMatch(/^START RequestId: /);
    expect(readFileSync(join(folder, "out.json"), "utf8")).toBe('{"id":"x"}');

    const got = await aws("lambda", "get-function", "--function-name", created.FunctionArn);
    expect(got.Configuration).toMatchObject({ State: "Active", LastUpdateStatus: "Successful" });
    expect(got.Configuration.RevisionId).not.toBe(updated.RevisionId);
  });

  it("puts and gets parameters", { timeout: 60_000 }, async () => {
    await aws("ssm", "put-parameter", "--name", "/app/settings", "--type", "SecureString", "--value", '{"a":1}');
    const plain = await aws("ssm", "get-parameter", "--name", "/app/settings");
    expect(plain.Parameter.Value).not.toContain('{"a":1}');
    const decrypted = await aws("ssm", "get-parameter", "--name", "/app/settings", "--with-decryption");
    expect(decrypted.Parameter).toMatchObject({ Value: '{"a":1}', Version: 1, Type: "SecureString" });
  });

  it("keeps secrets, and reads them also as parameters", { timeout: 120_000 }, async () => {
    writeFileSync(join(folder, "secret.bin"), Buffer.from([0, 1, 254, 255]));
    const secrets = (operation: string, ...args: string[]) => aws("secretsmanager", operation, ...args);
    const refused = (operation: string, ...args: string[]) =>
      expect(secrets(operation, ...args)).rejects.toMatchObject({
        stderr: expect.stringContaining("An error occurred"),
      });

    const made = await secrets("create-secret", "--name", "app/db", "--secret-string", '{"a":1}', "--description", "d");
    expect(made.ARN).toMatch(/:secret:app\/db-[A-Za-z]{6}$/);
    await refused("create-secret", "--name", "app/db", "--secret-string", "other");
    const put = await secrets("put-secret-value", "--secret-id", "app/db", "--secret-string", '{"a":2}');
    expect(put.VersionStages).toEqual(["AWSCURRENT"]);
    const got = await secrets("get-secret-value", "--secret-id", made.ARN.slice(0, -7));
    expect(got).toMatchObject({ ARN: made.ARN, SecretString: '{"a":2}', VersionId: put.VersionId });
    const previous = await secrets("get-secret-value", "--secret-id", "app/db", "--version-stage", "AWSPREVIOUS");
    expect(previous).toMatchObject({ SecretString: '{"a":1}', VersionId: made.VersionId });
    await secrets("update-secret", "--secret-id", "app/db", "--secret-binary", "fileb://secret.bin");
    const bytes = await secrets("get-secret-value", "--secret-id", "app/db");
    expect(Buffer.from(bytes.SecretBinary, "base64")).toEqual(Buffer.from([0, 1, 254, 255]));
    expect(await secrets("describe-secret", "--secret-id", "app/db")).toMatchObject({
      Description: "d",
      VersionIdsToStages: { [put.VersionId]: ["AWSPREVIOUS"] },
    });

    for (const name of ["b", "c"]) await secrets("create-secret", "--name", name, "--secret-string", name);
    // The CLI turns the pages itself.
    const listed = await secrets("list-secrets", "--page-size", "1");
    expect(listed.SecretList.map(({ Name }: { Name: string }) => Name)).toEqual(["app/db", "b", "c"]);

    await secrets("delete-secret", "--secret-id", "b", "--recovery-window-in-days", "7");
    await refused("get-secret-value", "--secret-id", "b");
    await secrets("restore-secret", "--secret-id", "b");
    expect(await secrets("get-secret-value", "--secret-id", "b")).toMatchObject({ SecretString: "b" });
    const reference = "/aws/reference/secretsmanager/b";
    const { Parameter } = await aws("ssm", "get-parameter", "--name", reference, "--with-decryption");
    expect(Parameter).toMatchObject({ Name: reference, Type: "SecureString", Value: "b", Version: 0 });
    await secrets("delete-secret", "--secret-id", "b", "--force-delete-without-recovery");
    await refused("describe-secret", "--secret-id", "b");
    await refused("get-random-password");
  });

  it("is told where to have a service that the endpoint does not have", { timeout: 60_000 }, async () => {
    const told = (stderr: RegExp) => ({ stderr: expect.stringMatching(stderr) });
    await expect(aws("dynamodb", "list-tables")).rejects.toMatchObject(
      told(/\(UnknownOperationException\).* no service dynamodb \(ListTables .*AWS_ENDPOINT_URL_DYNAMODB /),
    );
    await expect(aws("stepfunctions", "list-state-machines")).rejects.toMatchObject(
      told(/ no service states \(ListStateMachines .*AWS_ENDPOINT_URL_SFN /),
    );
  });

  it("reads logs", { timeout: 60_000 }, async () => {
    const timestamp = Date.now();
    await endpoint.emulator.executor();
    endpoint.execution.host?.appendLogs("us-east-1", "/aws/lambda/f", "2026/11/21/[$LATEST]abc", [
      { timestamp, message: "START\n" },
      { timestamp: timestamp + 1, message: "ERROR it went wrong\n" },
    ]);
    const found = await aws(
      "logs",
      "filter-log-events",
      "--log-group-name",
      "/aws/lambda/f",
      "--filter-pattern",
      "ERROR",
    );
    expect(found.events).toMatchObject([
      { message: "ERROR it went wrong\n", logStreamName: "2026/11/21/[$LATEST]abc" },
    ]);
    const streams = await aws("logs", "describe-log-streams", "--log-group-name", "/aws/lambda/f");
    expect(streams.logStreams).toMatchObject([{ lastEventTimestamp: timestamp + 1 }]);
  });
});

describe.skipIf(missing("aws"))("the AWS CLI and a function that really runs (needs the AWS CLI)", () => {
  it("goes from nothing to the function's own answer and log", { timeout: 120_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), "lambda-ext-cli-"));
    const env = { PATH: process.env.PATH };
    const emulator = await startEmulator({ directory: join(folder, "state"), env, isolation: "none" });
    const aws = async (...args: string[]) => JSON.parse((await awsCli(emulator, args, folder)) || "{}");
    try {
      writeFileSync(join(folder, "trust.json"), lambdaTrust);
      writeFileSync(join(folder, "function.zip"), await zipOf({ "index.js": source }));
      const document = ["--assume-role-policy-document", "file://trust.json"];
      const { Role } = await aws("iam", "create-role", "--role-name", "r", ...document);
      await aws(
        ...[
          "lambda",
          "create-function",
          "--function-name",
          "f",
          "--runtime",
          "nodejs22.x",
          "--handler",
          "index.handler",
        ],
        ...["--role", Role.Arn, "--zip-file", "fileb://function.zip", "--environment", "Variables={GREETING=hi}"],
      );
      await aws("lambda", "wait", "function-active-v2", "--function-name", "f");
      const call = [
        "lambda",
        "invoke",
        "--function-name",
        "f",
        "--log-type",
        "Tail",
        "--payload",
        '{"id":1}',
        "out.json",
      ];
      const { StatusCode, FunctionError, LogResult } = await aws(...call);
      expect({ StatusCode, FunctionError }).toEqual({ StatusCode: 200, FunctionError: undefined });
      expect(JSON.parse(readFileSync(join(folder, "out.json"), "utf8"))).toEqual({
        event: { id: 1 },
        variable: "hi",
        endpoint: emulator.url,
      });
      expect(Buffer.from(LogResult, "base64").toString()).toMatch(/START RequestId.*hello from the function.*REPORT/s);
      const group = ["--log-group-name", "/aws/lambda/f"];
      const found = await aws("logs", "filter-log-events", ...group, "--filter-pattern", '"hello from"');
      expect(found.events).toHaveLength(1);
    } finally {
      await emulator.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
