// Roles and their policies, through AWS's own client.
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  GetRolePolicyCommand,
  IAMClient,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  ListRolesCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint } from "./support.ts";

let endpoint: TestEndpoint;
let iam: IAMClient;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  iam = new IAMClient(clientOptions(endpoint.emulator));
});
afterAll(() => endpoint.close());

const create = (RoleName: string, more: object = {}) =>
  iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: lambdaTrust, ...more }));
const get = (RoleName: string) => iam.send(new GetRoleCommand({ RoleName }));
const put = (RoleName: string, PolicyName: string, PolicyDocument: string) =>
  iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
const basic = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
const policy = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "ssm:Get*", Resource: "*" }],
});
const refusal = (name: string, message: string | RegExp) => ({
  name,
  message: typeof message === "string" ? message : expect.stringMatching(message),
});

describe("a role", () => {
  it("is made with its path, description and tags, and shown as it was made", async () => {
    const made = await create("full", {
      Path: "/team/",
      Description: 'what it\'s <for> & "why"',
      MaxSessionDuration: 7200,
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(made.Role).toMatchObject({
      Arn: "arn:aws:iam::123456789012:role/team/full",
      Path: "/team/",
      RoleName: "full",
      Description: 'what it\'s <for> & "why"',
      Tags: [{ Key: "a", Value: "b" }],
    });
    expect(made.Role?.RoleId).toMatch(/^AROA[A-Z2-7]{17}$/);
    expect(made.Role?.CreateDate).toBeInstanceOf(Date);
    expect(decodeURIComponent(made.Role?.AssumeRolePolicyDocument ?? "")).toBe(lambdaTrust);
    const got = await get("full");
    expect(got.Role).toMatchObject({ RoleId: made.Role?.RoleId, MaxSessionDuration: 7200 });
  });

  it("can be made once, also by many at once", async () => {
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => create("once")));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    await expect(create("once")).rejects.toMatchObject({
      ...refusal("EntityAlreadyExistsException", "Role with name once already exists."),
      $metadata: { httpStatusCode: 409 },
    });
  });

  it.each([
    [
      "a document that is no JSON",
      { AssumeRolePolicyDocument: "{" },
      "MalformedPolicyDocumentException",
      "This policy contains invalid Json",
    ],
    [
      "a document without principals",
      { AssumeRolePolicyDocument: policy.replace(',"Resource":"*"', "") },
      "MalformedPolicyDocumentException",
      /principals and actions/,
    ],
    [
      "a document with resources",
      { AssumeRolePolicyDocument: policy },
      "MalformedPolicyDocumentException",
      "Has prohibited field Resource",
    ],
    [
      "a document without statements",
      { AssumeRolePolicyDocument: "{}" },
      "MalformedPolicyDocumentException",
      /Syntax errors/,
    ],
    [
      "a document that is too long",
      { AssumeRolePolicyDocument: lambdaTrust.replace("lambda", `lambda${"x".repeat(2048)}`) },
      "LimitExceededException",
      /2048/,
    ],
    ["a name with blanks", { RoleName: "a b" }, "ValidationError", /'a b' at 'roleName' .*pattern: \[\\w\+=,\.@-\]\+/],
    ["a name that is too long", { RoleName: "x".repeat(65) }, "ValidationError", /less than or equal to 64/],
    ["a path without slashes", { Path: "team" }, "ValidationError", /'team' at 'path'/],
    ["too short a session", { MaxSessionDuration: 60 }, "ValidationError", /'60' at 'maxSessionDuration'/],
    ["a boundary", { PermissionsBoundary: basic }, "InvalidInputException", /does not play PermissionsBoundary/],
  ])("is not made with %s", async (_, more, name, message) => {
    await expect(create("refused", more)).rejects.toMatchObject(refusal(name, message));
  });

  it("that is not there is told by name", async () => {
    await expect(get("nowhere")).rejects.toMatchObject({
      ...refusal("NoSuchEntityException", "The role with name nowhere cannot be found."),
      $metadata: { httpStatusCode: 404 },
    });
  });

  it("trusts whom it is told to trust", async () => {
    await create("trusting");
    const PolicyDocument = lambdaTrust.replace("lambda", "ec2");
    await iam.send(new UpdateAssumeRolePolicyCommand({ RoleName: "trusting", PolicyDocument }));
    expect(decodeURIComponent((await get("trusting")).Role?.AssumeRolePolicyDocument ?? "")).toBe(PolicyDocument);
  });

  it("is listed by path, a page at a time", async () => {
    for (const name of ["p1", "p2", "p3"]) await create(name, { Path: "/paged/" });
    const first = await iam.send(new ListRolesCommand({ PathPrefix: "/paged/", MaxItems: 2 }));
    expect(first).toMatchObject({ IsTruncated: true, Roles: [{ RoleName: "p1" }, { RoleName: "p2" }] });
    const rest = await iam.send(new ListRolesCommand({ PathPrefix: "/paged/", MaxItems: 2, Marker: first.Marker }));
    expect(rest).toMatchObject({ IsTruncated: false, Roles: [{ RoleName: "p3" }] });
  });

  it("belongs to its partition", async () => {
    const china = new IAMClient(clientOptions(endpoint.emulator, "cn-north-1"));
    const made = await china.send(new CreateRoleCommand({ RoleName: "full", AssumeRolePolicyDocument: lambdaTrust }));
    expect(made.Role?.Arn).toBe("arn:aws-cn:iam::123456789012:role/full");
  });
});

describe("inline policies", () => {
  it("are put, shown, listed and deleted", async () => {
    await create("inline");
    await put("inline", "b", policy);
    await put("inline", "a", policy);
    await put("inline", "a", policy.replace("ssm", "s3"));
    const shown = await iam.send(new GetRolePolicyCommand({ RoleName: "inline", PolicyName: "a" }));
    expect(decodeURIComponent(shown.PolicyDocument ?? "")).toBe(policy.replace("ssm", "s3"));
    const list = () => iam.send(new ListRolePoliciesCommand({ RoleName: "inline" }));
    expect(await list()).toMatchObject({ PolicyNames: ["a", "b"], IsTruncated: false });
    await expect(iam.send(new DeleteRoleCommand({ RoleName: "inline" }))).rejects.toMatchObject(
      refusal("DeleteConflictException", "Cannot delete entity, must delete policies first."),
    );
    const remove = (PolicyName: string) => iam.send(new DeleteRolePolicyCommand({ RoleName: "inline", PolicyName }));
    await remove("a");
    await remove("b");
    await expect(remove("b")).rejects.toMatchObject(
      refusal("NoSuchEntityException", "The role policy with name b cannot be found."),
    );
    expect((await list()).PolicyNames).toEqual([]);
    await expect(put("inline", "c", "no json")).rejects.toMatchObject({ name: "MalformedPolicyDocumentException" });
    const long = (name: string) => put("inline", name, policy.replace("Get*", "x".repeat(6000)));
    await long("c");
    await expect(long("d")).rejects.toMatchObject(
      refusal("LimitExceededException", /10240 bytes exceeded for role inline/),
    );
  });
});

describe("AWS's own policies", () => {
  it("are attached, listed and detached", async () => {
    await create("attached");
    const attach = (PolicyArn: string) => iam.send(new AttachRolePolicyCommand({ RoleName: "attached", PolicyArn }));
    await attach(basic);
    await attach(basic);
    const list = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName: "attached" }));
    expect(list.AttachedPolicies).toEqual([{ PolicyName: "AWSLambdaBasicExecutionRole", PolicyArn: basic }]);
    await expect(iam.send(new DeleteRoleCommand({ RoleName: "attached" }))).rejects.toMatchObject(
      refusal("DeleteConflictException", "Cannot delete entity, must detach all policies first."),
    );
    await expect(attach("arn:aws:iam::aws:policy/Unknown")).rejects.toMatchObject(
      refusal(
        "NoSuchEntityException",
        /^Policy arn:aws:iam::aws:policy\/Unknown does not exist or is not attachable\. .*AdministratorAccess/,
      ),
    );
    await expect(attach("arn:aws:iam::aws:policy/AWSLambdaBasicExecutionRole")).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
    await expect(attach("nonsense-that-is-long-enough")).rejects.toMatchObject(
      refusal("ValidationError", "Invalid ARN:  Could not be parsed!"),
    );
    const detach = () => iam.send(new DetachRolePolicyCommand({ RoleName: "attached", PolicyArn: basic }));
    await detach();
    await expect(detach()).rejects.toMatchObject(refusal("NoSuchEntityException", `Policy ${basic} was not found.`));
    await iam.send(new DeleteRoleCommand({ RoleName: "attached" }));
    await expect(get("attached")).rejects.toMatchObject({ name: "NoSuchEntityException" });
  });

  it("can be read", async () => {
    const { Policy } = await iam.send(new GetPolicyCommand({ PolicyArn: basic }));
    expect(Policy).toMatchObject({
      PolicyName: "AWSLambdaBasicExecutionRole",
      Path: "/service-role/",
      DefaultVersionId: "v1",
    });
    const { PolicyVersion } = await iam.send(new GetPolicyVersionCommand({ PolicyArn: basic, VersionId: "v1" }));
    const document = JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ""));
    expect(document.Statement[0].Action).toContain("logs:PutLogEvents");
    await expect(iam.send(new GetPolicyCommand({ PolicyArn: `${basic}2` }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
    await expect(iam.send(new GetPolicyVersionCommand({ PolicyArn: basic, VersionId: "v2" }))).rejects.toMatchObject({
      name: "NoSuchEntityException",
    });
  });
});

describe("the caller", () => {
  it("is a user of the account, in the region's partition", async () => {
    const who = (region?: string) =>
      new STSClient(clientOptions(endpoint.emulator, region)).send(new GetCallerIdentityCommand({}));
    expect(await who()).toMatchObject({ Account: "123456789012", Arn: "arn:aws:iam::123456789012:user/local" });
    expect(await who("us-gov-west-1")).toMatchObject({ Arn: "arn:aws-us-gov:iam::123456789012:user/local" });
  });
});

describe("an inline policy", () => {
  it.each([
    [
      { Effect: "Allow", Action: "*", Resource: "*", Principal: "*" },
      "Policy document should not specify a principal.",
    ],
    [{ Effect: "Allow", Action: "GetParameter", Resource: "*" }, /must be prefaced by a vendor/],
    [{ Effect: "Allow", Action: "ssm:GetParameter", Resource: "parameter/a" }, /must be in ARN format/],
  ])("is refused where IAM would refuse it: %j", async (statement, message) => {
    const RoleName = "malformed";
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: lambdaTrust })).catch(() => {});
    const PolicyDocument = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
    await expect(
      iam.send(new PutRolePolicyCommand({ RoleName, PolicyName: "p", PolicyDocument })),
    ).rejects.toMatchObject({
      name: "MalformedPolicyDocumentException",
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });
});
