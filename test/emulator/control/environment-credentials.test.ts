// What an execution environment may do with its credentials: what its role's policies allow, until it ends.

import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  PutRolePolicyCommand,
} from "@aws-sdk/client-iam";
import { LambdaClient, ListLayersCommand } from "@aws-sdk/client-lambda";
import { GetParameterCommand, GetParametersByPathCommand, PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint } from "./support.ts";

let endpoint: TestEndpoint;
let iam: IAMClient;
const roleArn = "arn:aws:iam::123456789012:role/service/worker";
const session = "arn:aws:sts::123456789012:assumed-role/worker/f";

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  await endpoint.emulator.executor();
  iam = new IAMClient(clientOptions(endpoint.emulator));
  await iam.send(
    new CreateRoleCommand({ RoleName: "worker", Path: "/service/", AssumeRolePolicyDocument: lambdaTrust }),
  );
  const ssm = new SSMClient(clientOptions(endpoint.emulator));
  for (const Name of ["/app/settings", "/other", "plain"]) {
    await ssm.send(new PutParameterCommand({ Name, Value: "v", Type: "SecureString" }));
  }
});
afterAll(() => endpoint.close());

function issue() {
  const issued = endpoint.execution.host?.issueCredentials(roleArn, "f");
  if (!issued) throw new Error("no host");
  const options = clientOptions({ url: endpoint.emulator.url, credentials: issued.credentials });
  const ssm = new SSMClient(options);
  const get = (Name: string) => ssm.send(new GetParameterCommand({ Name, WithDecryption: true }));
  return { ...issued, options, ssm, get };
}
const allow = (PolicyName: string, ...statements: object[]) =>
  iam.send(
    new PutRolePolicyCommand({
      RoleName: "worker",
      PolicyName,
      PolicyDocument: JSON.stringify({ Version: "2012-10-17", Statement: statements }),
    }),
  );
const parameter = (name: string) => `arn:aws:ssm:us-east-1:123456789012:parameter/${name}`;
const denied = (name: string, why = "because no identity-based policy allows the ssm:GetParameter action") => ({
  name: "AccessDeniedException",
  message: `User: ${session} is not authorized to perform: ssm:GetParameter on resource: ${parameter(name)} ${why}`,
  $metadata: { httpStatusCode: 403 },
});

describe("an environment", () => {
  it("may do nothing where no policy says so, in AWS's words", async () => {
    const { get, options } = issue();
    await expect(get("/app/settings")).rejects.toMatchObject(denied("app/settings"));
    await expect(get("plain")).rejects.toMatchObject(denied("plain"));
    await expect(new LambdaClient(options).send(new ListLayersCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: `User: ${session} is not authorized to perform: lambda:ListLayers because no identity-based policy allows the lambda:ListLayers action`,
    });
    await expect(new IAMClient(options).send(new DeleteRoleCommand({ RoleName: "worker" }))).rejects.toMatchObject({
      name: "AccessDenied",
      message: expect.stringMatching(
        /not authorized to perform: iam:DeleteRole on resource: arn:aws:iam::123456789012:role\/service\/worker because/,
      ),
    });
    await expect(new CloudWatchLogsClient(options).send(new DescribeLogGroupsCommand({}))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("is who it is", async () => {
    const identity = await new STSClient(issue().options).send(new GetCallerIdentityCommand({}));
    expect(identity).toMatchObject({ Account: "123456789012", Arn: session });
    expect(identity.UserId).toMatch(/^AROA[A-Z2-7]{17}:f$/);
  });

  it("may do what an inline policy allows, from the next call on", async () => {
    const { get, ssm } = issue();
    await allow("read", { Effect: "Allow", Action: ["ssm:GetParameter*"], Resource: parameter("app/*") });
    expect((await get("/app/settings")).Parameter?.Value).toBe("v");
    await expect(get("/other")).rejects.toMatchObject(denied("other"));
    await expect(ssm.send(new GetParametersByPathCommand({ Path: "/app" }))).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
    await allow("deny", { Effect: "Deny", Action: "*", Resource: parameter("app/settings") });
    await expect(get("/app/settings")).rejects.toMatchObject(
      denied("app/settings", "with an explicit deny in an identity-based policy"),
    );
    for (const PolicyName of ["read", "deny"]) {
      await iam.send(new DeleteRolePolicyCommand({ RoleName: "worker", PolicyName }));
    }
  });

  it("may do what an attached policy of AWS's allows", async () => {
    const { get, ssm } = issue();
    const PolicyArn = "arn:aws:iam::aws:policy/AmazonSSMReadOnlyAccess";
    await iam.send(new AttachRolePolicyCommand({ RoleName: "worker", PolicyArn }));
    expect((await get("/other")).Parameter?.Value).toBe("v");
    await expect(ssm.send(new PutParameterCommand({ Name: "/x", Value: "v", Type: "String" }))).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining("ssm:PutParameter"),
    });
    await iam.send(new DetachRolePolicyCommand({ RoleName: "worker", PolicyArn }));
    await expect(get("/other")).rejects.toMatchObject(denied("other"));
  });

  it("is nobody once it has ended, and without its session token", async () => {
    await allow("all", { Effect: "Allow", Action: "*", Resource: "*" });
    const { get, revoke, credentials } = issue();
    expect(credentials.accessKeyId).toMatch(/^ASIA[A-Z2-7]{16}$/);
    await get("/other");
    const { sessionToken: _, ...halved } = credentials;
    const without = new SSMClient(clientOptions({ url: endpoint.emulator.url, credentials: halved }));
    const nobody = {
      name: "UnrecognizedClientException",
      message: "The security token included in the request is invalid.",
    };
    await expect(without.send(new GetParameterCommand({ Name: "/other" }))).rejects.toMatchObject(nobody);
    const other = issue();
    const mixed = { ...halved, sessionToken: other.credentials.sessionToken };
    const stolen = new SSMClient(clientOptions({ url: endpoint.emulator.url, credentials: mixed }));
    await expect(stolen.send(new GetParameterCommand({ Name: "/other" }))).rejects.toMatchObject(nobody);
    revoke();
    await expect(get("/other")).rejects.toMatchObject(nobody);
    await other.get("/other");
  });

  it("does not keep the endpoint awake, as the person's own programs do", async () => {
    const before = endpoint.emulator.activity.idleMilliseconds;
    const { get } = issue();
    await get("/other").catch(() => {});
    expect(before).toBeGreaterThanOrEqual(0);
    const quiet = await startTestEndpoint();
    await quiet.emulator.executor();
    const issued = quiet.execution.host?.issueCredentials(roleArn, "f");
    if (!issued) throw new Error("no host");
    const ssm = new SSMClient(clientOptions({ url: quiet.emulator.url, credentials: issued.credentials }));
    await new Promise((resolve) => setTimeout(resolve, 30));
    await ssm.send(new GetParameterCommand({ Name: "/x" })).catch(() => {});
    expect(quiet.emulator.activity.idleMilliseconds).toBeGreaterThanOrEqual(25);
    const own = new SSMClient(clientOptions(quiet.emulator));
    await own.send(new GetParameterCommand({ Name: "/x" })).catch(() => {});
    // Its connection is held: somebody is there.
    expect(quiet.emulator.activity.idleMilliseconds).toBe(0);
    own.destroy();
    ssm.destroy();
    await quiet.close();
  });
});
