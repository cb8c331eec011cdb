// A function that calls services through the endpoint: a secret that is there, a table that is not, and then is, elsewhere on this machine.
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  InvokeCommand,
  LambdaClient,
  UpdateFunctionConfigurationCommand,
  waitUntilFunctionActiveV2,
  waitUntilFunctionUpdatedV2,
} from "@aws-sdk/client-lambda";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type EmulatorOptions, startEmulator } from "../../src/emulator/server.ts";
import { type DynamoDb, startDynamoDb } from "../support/dynamodb.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { clientOptions, lambdaTrust, zipOf } from "./control/support.ts";
import { networkLevels } from "./execution/support/levels.ts";

/** AWS's own client reads the secret; the call to DynamoDB is made by hand, and found as a client finds it. */
const source = `
import { GetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
const { AWS_ENDPOINT_URL_DYNAMODB: own, AWS_ENDPOINT_URL: all, AWS_ACCESS_KEY_ID: key, AWS_SESSION_TOKEN: token } = process.env;
const secrets = new SecretsManagerClient({});
export const handler = async () => {
  const secret = await secrets.send(new GetSecretValueCommand({ SecretId: "app/token" }));
  const answer = await fetch(own ?? all, {
    method: "POST",
    headers: {
      "content-type": "application/x-amz-json-1.0",
      "x-amz-target": "DynamoDB_20120810.ListTables",
      "x-amz-date": "20260101T000000Z",
      "x-amz-security-token": token,
      authorization: "AWS4-HMAC-SHA256 Credential=" + key + "/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=" + "0".repeat(64),
    },
    body: "{}",
  });
  return { secret: secret.SecretString, tables: await answer.json() };
};
`;

let table: DynamoDb;
let code: Buffer;
beforeAll(async () => {
  table = await startDynamoDb("CacheSample");
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: import.meta.dirname },
    ...{ bundle: true, write: false, format: "cjs", platform: "node", logLevel: "error" },
  });
  code = await zipOf({ "index.js": outputFiles[0]?.text ?? "" });
});
afterAll(() => table.close());

const private_ = networkLevels.map(({ level, skip, why }) => [level, "private", skip, why] as const);
for (const [isolation, network, skip, why] of [["none", "host", false, ""] as const, ...private_]) {
  describe.skipIf(skip)(`isolation ${isolation}, network ${network}${why}`, () => {
    it("is told of a service that is not there, and finds it once its variable says where", { timeout: 90_000 }, () =>
      walk({ isolation, network }),
    );
  });
}

async function walk(settings: Pick<EmulatorOptions, "isolation" | "network">): Promise<void> {
  const emulator = await startEmulator({
    directory: temporaryFolder(),
    env: { PATH: process.env.PATH },
    ...settings,
  });
  try {
    const options = clientOptions(emulator);
    const [lambda, iam, secrets] = [
      new LambdaClient(options),
      new IAMClient(options),
      new SecretsManagerClient(options),
    ];
    const { ARN } = await secrets.send(new CreateSecretCommand({ Name: "app/token", SecretString: "t" }));
    const role = await iam.send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: lambdaTrust }));
    const allow = { Effect: "Allow", Action: "secretsmanager:GetSecretValue", Resource: ARN };
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: allow });
    await iam.send(new PutRolePolicyCommand({ RoleName: "r", PolicyName: "p", PolicyDocument }));
    const FunctionName = "reader";
    await lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName, Role: role.Role?.Arn, Handler: "index.handler", Timeout: 30, Code: { ZipFile: code } },
        Runtime: `nodejs${process.versions.node.split(".")[0]}.x` as "nodejs22.x",
      }),
    );
    const waiting = { client: lambda, maxWaitTime: 20, minDelay: 1 };
    await waitUntilFunctionActiveV2(waiting, { FunctionName });
    const invoke = async () => {
      const { Payload } = await lambda.send(new InvokeCommand({ FunctionName }));
      return JSON.parse(Buffer.from(Payload ?? []).toString());
    };
    expect(await invoke()).toEqual({
      secret: "t",
      tables: {
        __type: "UnknownOperationException",
        message:
          "The local endpoint has no service dynamodb (ListTables was asked for). To use one that runs elsewhere, add AWS_ENDPOINT_URL_DYNAMODB with its URL to the variables of function reader.",
      },
    });
    const Environment = { Variables: { AWS_ENDPOINT_URL_DYNAMODB: `http://localhost:${table.port}` } };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment }));
    await waitUntilFunctionUpdatedV2(waiting, { FunctionName });
    expect(await invoke()).toEqual({ secret: "t", tables: { TableNames: ["CacheSample"] } });
  } finally {
    await emulator.close();
  }
}
