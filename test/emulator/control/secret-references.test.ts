// Secrets read through Parameter Store, and who may read them. The shape and the words were measured on AWS by others in 2026.

import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { GetParameterCommand, GetParametersCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint } from "./support.ts";

const prefix = "/aws/reference/secretsmanager/";
let endpoint: TestEndpoint;
let secrets: SecretsManagerClient;
let ssm: SSMClient;
let arn = "";
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  [secrets, ssm] = [
    new SecretsManagerClient(clientOptions(endpoint.emulator)),
    new SSMClient(clientOptions(endpoint.emulator)),
  ];
  const made = await secrets.send(new CreateSecretCommand({ Name: "app/db+1@x", SecretString: "first" }));
  arn = made.ARN ?? "";
  await secrets.send(new PutSecretValueCommand({ SecretId: arn, SecretString: '{"a":"ü"}' }));
  await ssm.send(new PutParameterCommand({ Name: "/plain", Value: "p", Type: "String" }));
});
afterAll(() => endpoint.close());

const get = (Name: string, WithDecryption: boolean | undefined = true) =>
  ssm.send(new GetParameterCommand({ Name, WithDecryption }));
const missing = (what: string) => ({
  name: "ParameterNotFound",
  message: `An error occurred (ParameterNotFound) when referencing Secrets Manager: Secret aws/reference/secretsmanager/${what} not found.`,
  $metadata: { httpStatusCode: 400 },
});

describe("a reference to a secret", () => {
  it("gives a secure parameter with the secret's ARN, version 0 and the secret itself", async () => {
    const value = await secrets.send(new GetSecretValueCommand({ SecretId: arn }));
    const { Parameter = {} } = await get(`${prefix}app/db+1@x`);
    expect(Parameter).toMatchObject({
      Name: `${prefix}app/db+1@x`,
      Type: "SecureString",
      Value: '{"a":"ü"}',
      Version: 0,
      ARN: arn,
      LastModifiedDate: value.CreatedDate,
    });
    expect(Parameter).not.toHaveProperty("DataType");
    expect(Parameter).not.toHaveProperty("Selector");
    expect(JSON.parse(Parameter.SourceResult ?? "")).toEqual({
      ARN: arn,
      name: "app/db+1@x",
      versionId: value.VersionId,
      secretString: '{"a":"ü"}',
      versionStages: ["AWSCURRENT"],
      createdDate: value.CreatedDate?.toISOString(),
    });
  });

  it("takes a label or a version's id behind a colon", async () => {
    const before = await get(`${prefix}app/db+1@x:AWSPREVIOUS`);
    expect(before.Parameter).toMatchObject({ Name: `${prefix}app/db+1@x`, Selector: ":AWSPREVIOUS", Value: "first" });
    const { versionId } = JSON.parse(before.Parameter?.SourceResult ?? "");
    const byId = await get(`${prefix}app/db+1@x:${versionId}`);
    expect(byId.Parameter).toMatchObject({ Selector: `:${versionId}`, Value: "first" });
    await expect(get(`${prefix}app/db+1@x:NONE`)).rejects.toMatchObject(missing("app/db+1@x:NONE"));
  });

  it("needs decryption, whether the secret is there or not", async () => {
    for (const name of ["app/db+1@x", "none"]) {
      for (const flag of [false, undefined]) {
        const command = new GetParameterCommand({ Name: `${prefix}${name}`, WithDecryption: flag });
        await expect(ssm.send(command)).rejects.toMatchObject({
          name: "ValidationException",
          message: "WithDecryption flag must be True for retrieving a Secret Manager secret.",
        });
      }
    }
  });

  it("is refused in Parameter Store's words", async () => {
    await expect(get(`${prefix}none`)).rejects.toMatchObject(missing("none"));
    for (const odd of ["", "x:", "x:y:z", arn]) {
      await expect(get(`${prefix}${odd}`, false)).rejects.toMatchObject({
        name: "ValidationException",
        message: expect.stringContaining("Please use correct syntax for referencing a version/label  <name>:"),
      });
    }
    await secrets.send(new CreateSecretCommand({ Name: "going", SecretString: "v" }));
    await secrets.send(new DeleteSecretCommand({ SecretId: "going" }));
    await expect(get(`${prefix}going`)).rejects.toMatchObject({
      name: "ValidationException",
      message: "Invalid Request to Secrets Manager",
    });
    await expect(
      ssm.send(new PutParameterCommand({ Name: `${prefix}mine`, Value: "v", Type: "String" })),
    ).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("to bytes has no value", async () => {
    await secrets.send(new CreateSecretCommand({ Name: "bytes", SecretBinary: Buffer.from([0, 255]) }));
    const { Parameter } = await get(`${prefix}bytes`);
    expect(Parameter).toMatchObject({ Type: "SecureString" });
    expect(Parameter).not.toHaveProperty("Value");
    expect(Parameter?.SourceResult).not.toContain("secretString");
  });

  it("stands among other names, and those that cannot be answered are listed", async () => {
    const Names = ["app/db+1@x", "app/db+1@x:AWSPREVIOUS", "none", "app/db+1@x:NONE", "a:b:c"].map((id) => prefix + id);
    const read = (WithDecryption: boolean) =>
      ssm.send(new GetParametersCommand({ Names: [...Names, "/plain"], WithDecryption }));
    const got = await read(true);
    expect(got.Parameters?.map(({ Value }) => Value)).toEqual(['{"a":"ü"}', "first", "p"]);
    expect(got.InvalidParameters).toEqual(Names.slice(2));
    const undecrypted = await read(false);
    expect(undecrypted.Parameters?.map(({ Value }) => Value)).toEqual(["p"]);
    expect(undecrypted.InvalidParameters).toEqual(Names);
  });
});

describe("an environment", () => {
  const session = "arn:aws:sts::123456789012:assumed-role/reader/f";
  const denied = (action: string, resource: string) => ({
    name: "AccessDeniedException",
    message: `User: ${session} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`,
    $metadata: { httpStatusCode: 403 },
  });
  const reference = `${prefix}app/db+1@x`;
  const referenceArn = `arn:aws:ssm:us-east-1:123456789012:parameter${reference}`;
  let iam: IAMClient;
  let mine: { secrets: SecretsManagerClient; ssm: SSMClient };

  beforeAll(async () => {
    await endpoint.emulator.executor();
    iam = new IAMClient(clientOptions(endpoint.emulator));
    await iam.send(new CreateRoleCommand({ RoleName: "reader", AssumeRolePolicyDocument: lambdaTrust }));
    const issued = endpoint.execution.host?.issueCredentials("arn:aws:iam::123456789012:role/reader", "f");
    if (!issued) throw new Error("no host");
    const options = clientOptions({ url: endpoint.emulator.url, credentials: issued.credentials });
    mine = { secrets: new SecretsManagerClient(options), ssm: new SSMClient(options) };
  });
  const allow = (...statements: readonly (readonly [string, string])[]) => {
    const Statement = statements.map(([Action, Resource]) => ({ Effect: "Allow", Action, Resource }));
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement });
    return iam.send(new PutRolePolicyCommand({ RoleName: "reader", PolicyName: "p", PolicyDocument }));
  };
  const nothing = ["sts:GetCallerIdentity", "*"] as const;
  const read = (SecretId: string) => mine.secrets.send(new GetSecretValueCommand({ SecretId }));

  it("needs leave for the secret's ARN, whatever it calls the secret", async () => {
    await allow(nothing);
    for (const id of ["app/db+1@x", arn, arn.slice(0, -7)]) {
      await expect(read(id)).rejects.toMatchObject(denied("secretsmanager:GetSecretValue", arn));
    }
    // A secret that isn't there has no ARN: AWS says what it was asked for.
    await expect(read("none")).rejects.toMatchObject(denied("secretsmanager:GetSecretValue", "none"));
    await allow(["secretsmanager:GetSecretValue", `${arn.slice(0, -6)}??????`]);
    for (const id of ["app/db+1@x", arn]) expect((await read(id)).SecretString).toBe('{"a":"ü"}');
    await expect(mine.secrets.send(new ListSecretsCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await allow(["secretsmanager:GetSecretValue", "*"]);
    await expect(read("none")).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("makes secrets where a policy names them before they are there", async () => {
    const make = (Name: string) => mine.secrets.send(new CreateSecretCommand({ Name, SecretString: "v" }));
    await allow(["secretsmanager:CreateSecret", "arn:aws:secretsmanager:us-east-1:123456789012:secret:own/new-??????"]);
    expect((await make("own/new")).VersionId).toBeDefined();
    await expect(make("other")).rejects.toMatchObject(
      denied("secretsmanager:CreateSecret", "arn:aws:secretsmanager:us-east-1:123456789012:secret:other-??????"),
    );
  });

  it("needs leave for the parameter and for the secret to read a reference", async () => {
    const one = () => mine.ssm.send(new GetParameterCommand({ Name: `${reference}:AWSCURRENT`, WithDecryption: true }));
    const many = () => mine.ssm.send(new GetParametersCommand({ Names: [reference], WithDecryption: true }));
    await allow(["secretsmanager:GetSecretValue", arn]);
    await expect(one()).rejects.toMatchObject(denied("ssm:GetParameter", referenceArn));
    await expect(many()).rejects.toMatchObject(denied("ssm:GetParameters", referenceArn));
    await allow(["ssm:GetParameter*", referenceArn]);
    await expect(one()).rejects.toMatchObject(denied("secretsmanager:GetSecretValue", arn));
    await expect(many()).rejects.toMatchObject(denied("secretsmanager:GetSecretValue", arn));
    await allow(["ssm:GetParameter*", referenceArn], ["secretsmanager:GetSecretValue", arn]);
    expect((await one()).Parameter?.Value).toBe('{"a":"ü"}');
    expect((await many()).Parameters).toHaveLength(1);
  });
});
