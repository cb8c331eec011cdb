// What the user may do where the endpoint was told to enforce a policy.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AttachRolePolicyCommand, CreateRoleCommand, IAMClient, ListRolesCommand } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  LambdaClient,
  ListFunctionsCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateBucketCommand,
  DeleteObjectsCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accountService } from "../../../src/emulator/services/account/service.ts";
import type { AccountState } from "../../../src/emulator/services/account-state.ts";
import { iamService } from "../../../src/emulator/services/iam/service.ts";
import { lambdaService } from "../../../src/emulator/services/lambda/service.ts";
import { unplayedOperations } from "../../../src/emulator/services/lambda/unplayed.ts";
import { logsService } from "../../../src/emulator/services/logs/service.ts";
import { s3Service } from "../../../src/emulator/services/s3/service.ts";
import { secretsService } from "../../../src/emulator/services/secrets/service.ts";
import { ssmService } from "../../../src/emulator/services/ssm/service.ts";
import { judgedOperations } from "./enforced-operations.ts";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

const folder = mkdtempSync(join(tmpdir(), "lambda-ext-enforce-"));
const file = join(folder, "policy.json");
const enforce = (...Statement: object[]) => writeFileSync(file, JSON.stringify({ Version: "2012-10-17", Statement }));
const allow = (Action: string | string[], Resource: string | string[] = "*", more: object = {}) => ({
  Effect: "Allow",
  Action,
  Resource,
  ...more,
});
const user = "arn:aws:iam::123456789012:user/local";

let endpoint: TestEndpoint;
let lambda: LambdaClient;
let iam: IAMClient;
beforeAll(async () => {
  enforce(allow("sts:None"));
  endpoint = await startTestEndpoint({ enforceIam: file });
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  iam = new IAMClient(clientOptions(endpoint.emulator));
});
afterAll(async () => {
  await endpoint.close();
  rmSync(folder, { recursive: true, force: true });
});

describe("every operation", () => {
  it.each(judgedOperations.map((row) => [row.service, row.operation, row] as const))(
    "%s %s is denied, in AWS's words, as the action and for the resource that IAM judges",
    async (service, _, { action, resource, send }) => {
      enforce(allow("sts:None"));
      const on = resource === "*" ? "" : ` on resource: ${resource}`;
      await expect(send(clientOptions(endpoint.emulator))).rejects.toMatchObject({
        name: ["iam", "s3"].includes(service) ? "AccessDenied" : "AccessDeniedException",
        message: `User: ${user} is not authorized to perform: ${action}${on} because no identity-based policy allows the ${action} action`,
        $metadata: { httpStatusCode: 403 },
      });
      // With that, and nothing else, whatever comes is no denial of it.
      enforce(allow(action, resource));
      const error = await send(clientOptions(endpoint.emulator)).then(
        () => undefined,
        (refused: Error) => refused,
      );
      expect(error?.message ?? "").not.toContain(`not authorized to perform: ${action}`);
    },
  );

  it("is among these", () => {
    const account = {} as AccountState;
    const services = {
      lambda: lambdaService(account).operations.filter((name) => !Object.hasOwn(unplayedOperations, name)),
      iam: iamService(account).operations,
      ssm: ssmService(account).operations,
      secretsmanager: secretsService(account).operations,
      logs: logsService(account).operations,
      account: accountService(account).operations.slice(0, 1),
      // A HEAD has no body, and so no words; of several objects to be deleted, the answer tells of each.
      s3: s3Service(account).operations.filter((name) => !["HeadBucket", "HeadObject", "DeleteObjects"].includes(name)),
    };
    for (const [service, operations] of Object.entries(services)) {
      const judged = judgedOperations.filter((row) => row.service === service).map(({ operation }) => operation);
      expect(judged.sort(), service).toEqual([...operations].sort());
    }
  });

  it("of S3 that has no words of its own is denied too", async () => {
    const s3 = new S3Client({ ...clientOptions(endpoint.emulator), forcePathStyle: true });
    const [Bucket, Key] = ["bucket", "a/b"];
    enforce(allow("s3:*", ["arn:aws:s3:::other", "arn:aws:s3:::other/*"]));
    const denied = { $metadata: { httpStatusCode: 403 } };
    await expect(s3.send(new HeadBucketCommand({ Bucket }))).rejects.toMatchObject(denied);
    await expect(s3.send(new HeadObjectCommand({ Bucket, Key }))).rejects.toMatchObject(denied);
    enforce(allow("s3:CreateBucket"));
    await s3.send(new CreateBucketCommand({ Bucket })).catch(() => {});
    const Delete = { Objects: [{ Key }] };
    expect(await s3.send(new DeleteObjectsCommand({ Bucket, Delete }))).toMatchObject({
      Errors: [{ Code: "AccessDenied", Key }],
    });
  });

  it("but GetCallerIdentity, which everybody may call", async () => {
    enforce({ Effect: "Deny", Action: "*", Resource: "*" });
    const sts = new STSClient(clientOptions(endpoint.emulator));
    expect(await sts.send(new GetCallerIdentityCommand({}))).toMatchObject({ Arn: user });
  });
});

describe("the user's policy", () => {
  const list = (LayerName: string, region = "us-east-1") =>
    new LambdaClient(clientOptions(endpoint.emulator, region)).send(new ListLayerVersionsCommand({ LayerName }));
  const refused = (why: string) => ({ name: "AccessDeniedException", message: expect.stringContaining(why) });
  const implicit = "because no identity-based policy allows the lambda:ListLayerVersions action";
  const layer = (name: string, region = "us-east-1") => `arn:aws:lambda:${region}:123456789012:layer:${name}`;

  it("is judged by wildcards in actions and resources, a change of the file from the next call on", async () => {
    enforce(allow("lambda:List*", layer("a?")));
    await list("ab");
    await expect(list("b")).rejects.toMatchObject(refused(implicit));
    await expect(list("ab", "eu-west-1")).rejects.toMatchObject(refused(implicit));
    enforce(allow("lambda:*", layer("*", "*")));
    await list("ab", "eu-west-1");
    enforce({ Effect: "Allow", NotAction: "iam:*", NotResource: layer("secret-*") });
    await list("ab");
    await expect(list("secret-x")).rejects.toMatchObject(refused(implicit));
    await expect(iam.send(new ListRolesCommand({}))).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("denies explicitly what it denies, whatever else it allows", async () => {
    enforce(allow("*"), { Effect: "Deny", Action: "lambda:ListLayerVersions", Resource: layer("closed*") });
    await list("open");
    await expect(list("closed-1")).rejects.toMatchObject(refused("with an explicit deny in an identity-based policy"));
  });

  it("denies where it has a condition or a variable that the endpoint does not know", async () => {
    const onlyHere = { Condition: { StringEquals: { "aws:RequestedRegion": "us-east-1" } } };
    enforce(allow("lambda:*", "*", onlyHere));
    await list("a");
    await expect(list("a", "eu-west-1")).rejects.toMatchObject(refused(implicit));
    const unknown = { Condition: { StringEquals: { "aws:SourceVpce": "vpce-1" } } };
    enforce(allow("lambda:*", "*", unknown));
    await expect(list("a")).rejects.toMatchObject(refused(implicit));
    enforce(allow("lambda:*"), { Effect: "Deny", Action: "lambda:*", Resource: "*", ...unknown });
    await expect(list("a")).rejects.toMatchObject(refused("explicit deny"));
    enforce(allow("lambda:*", `arn:aws:lambda:*:*:layer:$${"{aws:username}"}-*`));
    await list("local-a");
    await expect(list("other-a")).rejects.toMatchObject(refused(implicit));
    enforce(allow("lambda:*", `arn:aws:lambda:*:*:layer:$${"{aws:PrincipalTag/team}"}-*`));
    await expect(list("a-a")).rejects.toMatchObject(refused(implicit));
  });

  it("lets nothing through once it is none any more", async () => {
    writeFileSync(file, "{}");
    await expect(list("a")).rejects.toMatchObject({
      name: "MalformedPolicyDocument",
      message: expect.stringContaining("Syntax errors in policy."),
    });
    rmSync(file);
    await expect(list("a")).rejects.toMatchObject({ name: "MalformedPolicyDocument" });
    enforce(allow("*"));
    await list("a");
  });
});

describe("what a function is given", () => {
  const RoleName = "worker";
  const role = `arn:aws:iam::123456789012:role/${RoleName}`;
  const make = async (FunctionName: string, Layers: string[] = []) =>
    lambda.send(
      new CreateFunctionCommand({
        ...{ FunctionName, Layers, Role: role, Runtime: "nodejs22.x", Handler: "index.handler" },
        Code: { ZipFile: await zipOf({ "index.js": "" }) },
      }),
    );
  let arn = "";
  beforeAll(async () => {
    enforce(allow("*"));
    await iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: lambdaTrust }));
    const Content = { ZipFile: await zipOf({ a: "b" }) };
    arn = (await lambda.send(new PublishLayerVersionCommand({ LayerName: "l", Content }))).LayerVersionArn ?? "";
  });

  it("takes iam:PassRole for its role, which may be allowed for Lambda alone", async () => {
    enforce(allow("lambda:*"));
    const denied = {
      name: "AccessDeniedException",
      message: `User: ${user} is not authorized to perform: iam:PassRole on resource: ${role} because no identity-based policy allows the iam:PassRole action`,
    };
    await expect(make("a")).rejects.toMatchObject(denied);
    const toLambda = (service: string) => ({ Condition: { StringEquals: { "iam:PassedToService": service } } });
    enforce(allow("lambda:*"), allow("iam:PassRole", role, toLambda("ec2.amazonaws.com")));
    await expect(make("a")).rejects.toMatchObject(denied);
    enforce(allow("lambda:*"), allow("iam:PassRole", role, toLambda("lambda.amazonaws.com")));
    await make("a");
    enforce(allow("lambda:*"));
    const change = (input: object) =>
      lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "a", ...input }));
    await expect.poll(() => change({ Timeout: 9 }).then(() => "done", String)).toBe("done");
    await expect(change({ Role: role })).rejects.toMatchObject(denied);
  });

  it("takes lambda:GetLayerVersion for a layer that it gets, and not for one that it has", async () => {
    const others = [allow(["lambda:CreateFunction", "lambda:UpdateFunctionConfiguration", "iam:PassRole"])];
    enforce(...others);
    const denied = { message: expect.stringContaining(`perform: lambda:GetLayerVersion on resource: ${arn} because`) };
    await expect(make("b", [arn])).rejects.toMatchObject(denied);
    enforce(...others, allow("lambda:GetLayerVersion", arn));
    await make("b", [arn]);
    enforce(...others);
    const change = () =>
      lambda
        .send(new UpdateFunctionConfigurationCommand({ FunctionName: "b", Layers: [arn] }))
        .then(() => "done", String);
    await expect.poll(change).toBe("done");
  });

  it("is done by functions as their roles allow, whatever the user may", async () => {
    enforce(allow("iam:AttachRolePolicy"));
    const PolicyArn = "arn:aws:iam::aws:policy/AWSLambda_ReadOnlyAccess";
    await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn })).catch(() => {});
    await endpoint.emulator.executor();
    const issued = endpoint.execution.host?.issueCredentials(role, "f");
    if (!issued) throw new Error("no host");
    const options = clientOptions({ url: endpoint.emulator.url, credentials: issued.credentials });
    const message = expect.stringContaining("assumed-role/worker/f is not authorized to perform: lambda:ListFunctions");
    enforce(allow("*"));
    await expect(new LambdaClient(options).send(new ListFunctionsCommand({}))).rejects.toMatchObject({ message });
  });
});
