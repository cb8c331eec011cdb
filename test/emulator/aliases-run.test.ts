// A function that really runs, called by its aliases: which version runs, and what it is told.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  PublishVersionCommand,
  UpdateAliasCommand,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Emulator, startEmulator } from "../../src/emulator/server.ts";
import { runCli } from "../support/run-cli.ts";
import { clientOptions, lambdaTrust, zipOf } from "./control/support.ts";

const major = Number(process.versions.node.split(".")[0]);
const Runtime = `nodejs${major - (major % 2)}.x` as "nodejs20.x";
const source = `exports.handler = async (event, context) => ({
  greeting: process.env.GREETING,
  version: process.env.AWS_LAMBDA_FUNCTION_VERSION,
  arn: context.invokedFunctionArn,
});
`;

describe.skipIf(process.platform !== "linux")("a function called by its aliases (needs Linux)", () => {
  let emulator: Emulator;
  let folder: string;
  let lambda: LambdaClient;
  const FunctionName = "f";
  const arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "lambda-ext-aliased-"));
    emulator = await startEmulator({ directory: folder, env: { PATH: process.env.PATH }, isolation: "none" });
    lambda = new LambdaClient(clientOptions(emulator));
    const soon = { client: lambda, minDelay: 0.05, maxDelay: 0.2, maxWaitTime: 30 };
    const iam = new IAMClient(clientOptions(emulator));
    await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
    await lambda.send(
      new CreateFunctionCommand({
        FunctionName,
        Runtime,
        Handler: "index.handler",
        Role: "arn:aws:iam::123456789012:role/runs",
        Code: { ZipFile: await zipOf({ "index.js": source }) },
        Environment: { Variables: { GREETING: "one" } },
      }),
    );
    await waitUntilFunctionActiveV2(soon, { FunctionName });
    await lambda.send(new PublishVersionCommand({ FunctionName }));
    const Environment = { Variables: { GREETING: "two" } };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
    await waitUntilFunctionUpdatedV2(soon, { FunctionName });
    await lambda.send(new PublishVersionCommand({ FunctionName }));
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
  }, 60_000);
  afterAll(async () => {
    await emulator?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (input: { FunctionName: string; Qualifier?: string }) => {
    const { Payload, ExecutedVersion } = await lambda.send(new InvokeCommand(input));
    return { ...JSON.parse(Buffer.from(Payload ?? []).toString()), executed: ExecutedVersion };
  };

  it("runs the version that it leads to, which hears by which name it was called", { timeout: 60_000 }, async () => {
    const first = { greeting: "one", version: "1", arn: `${arn}:live`, executed: "1" };
    expect(await call({ FunctionName, Qualifier: "live" })).toEqual(first);
    expect(await call({ FunctionName: `${arn}:live` })).toEqual(first);
    const weights = { AdditionalVersionWeights: { "2": 1 } };
    await lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", RoutingConfig: weights }));
    expect(await call({ FunctionName, Qualifier: "live" })).toMatchObject({
      greeting: "two",
      version: "2",
      executed: "2",
    });
  });

  it("is what lambda-ext invoke --qualifier takes", { timeout: 60_000 }, async () => {
    const { accessKeyId, secretAccessKey } = emulator.credentials;
    const env = {
      AWS_ENDPOINT_URL: emulator.url,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_REGION: "us-east-1",
    };
    const { code, stdout, stderr } = await runCli(["invoke", "--function", "f", "--qualifier", "live", "--json"], {
      cwd: folder,
      env,
    });
    expect(code, stderr).toBe(0);
    expect(stdout).toContain(`${arn}:live`);
  });
});
