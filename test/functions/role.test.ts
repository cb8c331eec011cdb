// Roles: what is computed, and what moto holds afterwards according to the AWS CLI.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureRole } from "../../src/functions/role/create.ts";
import { describeRole } from "../../src/functions/role/describe.ts";
import { managedPolicyArn } from "../../src/functions/role/managed-policy.ts";
import { fillVariables, resourceArn } from "../../src/functions/role/resources.ts";
import { fillStatements } from "../../src/functions/role/statements.ts";
import { lambdaTrustPolicy, trustsLambda } from "../../src/functions/role/trust-policy.ts";
import { type Moto, startMoto } from "../support/moto.ts";
import { missing } from "../support/tools.ts";

/** A variable as the configuration writes it; a literal would look like a forgotten template string. */
const $ = (name: string) => `$\{${name}}`;
const place = { partition: "aws-cn", region: "cn-north-1", account: "123456789012" };

describe("resources of a statement", () => {
  it.each([
    [`ssm:parameter/${$("NAME")}`, "/demo/x", "ssm:parameter/demo/x"],
    [`ssm:parameter/${$("NAME")}`, "demo", "ssm:parameter/demo"],
    [`ssm:parameter/${$("NAME")}/*`, "/demo/x/", "ssm:parameter/demo/x/*"],
    [`ssm:parameter/${$("NAME")}/*`, "/demo/x", "ssm:parameter/demo/x/*"],
    [`dynamodb:table/${$("NAME")}`, "Cache", "dynamodb:table/Cache"],
    [`arn:aws:s3:::b/${$("aws:username")}/*`, "unused", `arn:aws:s3:::b/${$("aws:username")}/*`],
  ])("fills %s with %s", (text, value, filled) => {
    expect(fillVariables(text, { NAME: value })).toBe(filled);
  });

  it.each([[{}], [{ NAME: "" }]])("refuses a variable without a value: %j", (variables) => {
    expect(() => fillVariables(`ssm:parameter/${$("NAME")}`, variables)).toThrow(
      /needs the variable NAME, which has no value/,
    );
  });

  it.each([
    ["ssm:parameter/demo/x", "arn:aws-cn:ssm:cn-north-1:123456789012:parameter/demo/x"],
    ["secretsmanager:secret:token-*", "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:token-*"],
    ["s3:bucket/key", "arn:aws-cn:s3:::bucket/key"],
    ["iam:role/x", "arn:aws-cn:iam::123456789012:role/x"],
    ["*", "*"],
    ["arn:aws:sns:us-east-1:1:topic", "arn:aws:sns:us-east-1:1:topic"],
  ])("makes %s the ARN %s", (short, arn) => {
    expect(resourceArn(short, place)).toBe(arn);
  });

  it.each(["parameter/x", "ssm:", ":x"])("refuses %j", (text) => {
    expect(() => resourceArn(text, place)).toThrow(/is no resource/);
  });
});

describe("managed policies", () => {
  it.each([
    ["AWSLambdaBasicExecutionRole", "arn:aws-cn:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole"],
    ["AWSXRayDaemonWriteAccess", "arn:aws-cn:iam::aws:policy/AWSXRayDaemonWriteAccess"],
    ["arn:aws:iam::1:policy/own", "arn:aws:iam::1:policy/own"],
  ])("finds %s", (name, arn) => {
    expect(managedPolicyArn(name, "aws-cn")).toBe(arn);
  });
});

describe("trustsLambda", () => {
  const statement = { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" };
  it.each([
    [lambdaTrustPolicy, true],
    [{ Statement: statement }, true],
    [{ Statement: [{ ...statement, Principal: { Service: ["ec2.amazonaws.com", "lambda.amazonaws.com"] } }] }, true],
    [{ Statement: [{ ...statement, Action: ["sts:TagSession", "sts:assumerole"] }] }, true],
    [{ Statement: [{ ...statement, Principal: "*" }] }, true],
    [undefined, true],
    [{ Statement: [{ ...statement, Principal: { Service: "ec2.amazonaws.com" } }] }, false],
    [{ Statement: [{ ...statement, Effect: "Deny" }] }, false],
    [{ Statement: [{ ...statement, Action: "sts:TagSession" }] }, false],
    [{ Statement: [{ ...statement, Principal: { AWS: "arn:aws:iam::1:root" } }] }, false],
    [{ Statement: [] }, false],
  ])("reads %j as %s", (document, trusts) => {
    expect(trustsLambda(document)).toBe(trusts);
  });
});

describe.skipIf(missing("moto_server", "aws"))("roles in moto (needs moto_server and the AWS CLI)", () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.close());

  const wish = (name: string, parameter: string) => ({
    name,
    managedPolicies: ["AWSXRayDaemonWriteAccess"],
    inlinePolicies: {},
    statements: {
      policyName: "lambda-ext-demo",
      list: fillStatements([{ actions: ["ssm:GetParameter"], resources: [`ssm:parameter/${$("PARAMETER_NAME")}`] }], {
        PARAMETER_NAME: parameter,
      }),
    },
  });

  it("makes a role that Lambda may take, with what the extension needs; and again with something else", async () => {
    const { role, result } = await ensureRole(moto.connect(), wish("demo-role", "/demo/x"));
    expect(result).toBe("created");
    const held = await moto.aws("iam", "get-role", "--role-name", "demo-role");
    expect(held.Role.Arn).toBe(role.arn);
    expect(held.Role.AssumeRolePolicyDocument).toEqual(lambdaTrustPolicy);
    const attached = await moto.aws("iam", "list-attached-role-policies", "--role-name", "demo-role");
    expect(attached.AttachedPolicies.map(({ PolicyName }: { PolicyName: string }) => PolicyName).sort()).toEqual([
      "AWSLambdaBasicExecutionRole",
      "AWSXRayDaemonWriteAccess",
    ]);
    const policy = () =>
      moto.aws("iam", "get-role-policy", "--role-name", "demo-role", "--policy-name", "lambda-ext-demo");
    expect((await policy()).PolicyDocument.Statement).toEqual([
      {
        Effect: "Allow",
        Action: ["ssm:GetParameter"],
        Resource: ["arn:aws:ssm:eu-west-1:123456789012:parameter/demo/x"],
      },
    ]);

    const second = await ensureRole(moto.connect(), wish("demo-role", "/demo/y"));
    expect(second.result).toBe("updated");
    expect((await policy()).PolicyDocument.Statement[0].Resource).toEqual([
      "arn:aws:ssm:eu-west-1:123456789012:parameter/demo/y",
    ]);
    const described = await describeRole(moto.connect(), "demo-role");
    expect(described).toMatchObject({ trustsLambda: true, inlinePolicies: ["lambda-ext-demo"] });
    expect(described.managedPolicies).toHaveLength(2);
  });

  it("tells of a wrong trust policy, and changes nothing", async () => {
    const trust = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
    });
    await moto.aws("iam", "create-role", "--role-name", "wrong", "--assume-role-policy-document", trust);
    await expect(ensureRole(moto.connect(), wish("wrong", "/demo/x"))).rejects.toMatchObject({
      code: "WrongTrustPolicy",
    });
    const attached = await moto.aws("iam", "list-attached-role-policies", "--role-name", "wrong");
    expect(attached.AttachedPolicies).toEqual([]);
  });

  it("says that there is no such role", async () => {
    await expect(describeRole(moto.connect(), "nobody")).rejects.toMatchObject({
      code: "NoSuchRole",
      hint: "Make it: lambda-ext create-role nobody",
    });
  });

  it("finds a wrong resource before it makes anything", async () => {
    const broken = {
      ...wish("never", "/x"),
      statements: { policyName: "p", list: [{ actions: ["a:b"], resources: ["nonsense"] }] },
    };
    await expect(ensureRole(moto.connect(), broken)).rejects.toMatchObject({ code: "InvalidResource" });
    await expect(describeRole(moto.connect(), "never")).rejects.toMatchObject({ code: "NoSuchRole" });
  });
});
