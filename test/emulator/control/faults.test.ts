// Bad days as clients meet them: AWS's SDK, the AWS CLI, and sockets that look at the bytes.
import { connect } from "node:net";
import { AccountClient, ListRegionsCommand } from "@aws-sdk/client-account";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  LambdaClient,
  ListLayersCommand,
  ListLayerVersionsCommand,
  PublishLayerVersionCommand,
} from "@aws-sdk/client-lambda";
import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultHeader } from "../../../src/emulator/faults/fault-header.ts";
import { missing } from "../../support/tools.ts";
import { sendSigned, signedHeaders } from "./raw.ts";
import { awsCli, clientOptions, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

let endpoint: TestEndpoint;
let zip: Buffer;
let names = 0;
beforeAll(async () => {
  endpoint = await startTestEndpoint();
  zip = await zipOf({ "extensions/demo": "#!/bin/sh\n" });
});
afterAll(() => endpoint.close());

const client = (region = "us-east-1") => new LambdaClient(clientOptions(endpoint.emulator, region));
const publish = (lambda: LambdaClient, layer: string) =>
  lambda.send(new PublishLayerVersionCommand({ LayerName: layer, Content: { ZipFile: zip } }));
/** How many versions a layer has, once nothing is wrong any more. */
async function versionsOf(layer: string, region = "us-east-1"): Promise<number> {
  endpoint.emulator.setFaults([]);
  const { LayerVersions } = await client(region).send(new ListLayerVersionsCommand({ LayerName: layer }));
  return LayerVersions?.length ?? 0;
}
const newName = () => `layer-${++names}`;

describe("faults, through AWS's SDK", () => {
  it.each([
    ["down", { code: "ECONNRESET" }, 0],
    ["reset", { code: "ECONNRESET" }, 0],
    ["lost-answer", { code: "ECONNRESET" }, 1],
    ["throttle", { name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } }, 0],
    ["error", { name: "ServiceException", $metadata: { httpStatusCode: 500 } }, 0],
    ["expired", { name: "ExpiredTokenException", $metadata: { httpStatusCode: 403 } }, 0],
    ["proxy", { name: "SyntaxError" }, 0],
  ] as const)("%s makes %j, and %i versions", async (kind, error, versions) => {
    const layer = newName();
    endpoint.emulator.setFaults([{ op: "PublishLayerVersion", kind }]);
    await expect(publish(client(), layer)).rejects.toMatchObject(error);
    expect(endpoint.emulator.faults()).toMatchObject([{ met: 1 }]);
    expect(await versionsOf(layer)).toBe(versions);
  });

  it("a cut answer comes after the work, and cannot be read", async () => {
    const layer = newName();
    endpoint.emulator.setFaults([{ op: "PublishLayerVersion", kind: "cut-answer" }]);
    await expect(publish(client(), layer)).rejects.toThrow();
    expect(await versionsOf(layer)).toBe(1);
  });

  it.each(["error", "proxy"] as const)("%s can come after the work", async (kind) => {
    const layer = newName();
    endpoint.emulator.setFaults([{ op: "PublishLayerVersion", kind, work: "done" }]);
    await expect(publish(client(), layer)).rejects.toThrow();
    expect(await versionsOf(layer)).toBe(1);
  });

  it("a slow answer comes after the client's patience, and the work was done at once", async () => {
    const layer = newName();
    endpoint.emulator.setFaults([{ op: "PublishLayerVersion", kind: "slow" }]);
    const impatient = new LambdaClient({
      ...clientOptions(endpoint.emulator),
      requestHandler: { requestTimeout: 60, throwOnRequestTimeout: true },
    });
    await expect(publish(impatient, layer)).rejects.toMatchObject({ name: "TimeoutError" });
    expect(await versionsOf(layer)).toBe(1);
  });

  it("many calls are held back at once, without a word from Node", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    endpoint.emulator.setFaults([{ kind: "slow", latency: 200 }]);
    await Promise.all(Array.from({ length: 15 }, () => client().send(new ListLayersCommand({}))));
    process.off("warning", listen);
    expect(warnings).toEqual([]);
  });

  it("a slow answer comes in the end", async () => {
    endpoint.emulator.setFaults([{ kind: "slow", latency: 80 }]);
    const begun = performance.now();
    await client().send(new ListLayersCommand({}));
    expect(performance.now() - begun).toBeGreaterThan(75);
  });

  it("latency delays every call, for each region its own", async () => {
    endpoint.emulator.setFaults([{ latency: 900 }, { region: "eu-west-1", latency: 1 }]);
    const time = async (region: string) => {
      const begun = performance.now();
      await client(region).send(new ListLayersCommand({}));
      return performance.now() - begun;
    };
    await time("eu-west-1");
    expect(await time("us-east-1")).toBeGreaterThan(890);
    expect(await time("eu-west-1")).toBeLessThan(890);
  });

  it("hits the region, the operation and the calls that were named, and no others", async () => {
    const layer = newName();
    endpoint.emulator.setFaults([{ region: "me-central-1", op: "PublishLayerVersion", kind: "throttle", count: 1 }]);
    await publish(client(), layer);
    await client("me-central-1").send(new ListLayersCommand({}));
    await expect(publish(client("me-central-1"), layer)).rejects.toMatchObject({ name: "TooManyRequestsException" });
    await publish(client("me-central-1"), layer);
    expect(endpoint.emulator.faults()).toMatchObject([{ met: 1 }]);
  });

  it("is waited for as AWS says, by the SDK's own retries", async () => {
    endpoint.emulator.setFaults([{ op: "ListLayers", kind: "throttle", retryAfter: 1, count: 1 }]);
    const patient = new LambdaClient({ ...clientOptions(endpoint.emulator), maxAttempts: 3 });
    const begun = performance.now();
    const { $metadata } = await patient.send(new ListLayersCommand({}));
    expect($metadata.attempts).toBe(2);
    expect(performance.now() - begun).toBeGreaterThan(900);
  });

  it("speaks as each service does", async () => {
    const options = clientOptions(endpoint.emulator);
    const ssm = () => new SSMClient(options).send(new PutParameterCommand({ Name: "/a", Value: "v", Type: "String" }));
    const iam = () =>
      new IAMClient(options).send(new CreateRoleCommand({ RoleName: "r", AssumeRolePolicyDocument: lambdaTrust }));
    const sts = () => new STSClient(options).send(new GetCallerIdentityCommand({}));
    const told = async (call: () => Promise<unknown>) =>
      await call().then(
        () => "nothing",
        (error) => `${error.name} ${error.$metadata?.httpStatusCode}`,
      );
    const all = async () => [await told(ssm), await told(iam), await told(sts)];
    endpoint.emulator.setFaults([{ kind: "throttle" }]);
    expect(await all()).toEqual(["ThrottlingException 400", "Throttling 400", "Throttling 400"]);
    endpoint.emulator.setFaults([{ kind: "error" }]);
    expect(await all()).toEqual(["InternalServerError 500", "ServiceFailureException 500", "InternalFailure 500"]);
    endpoint.emulator.setFaults([{ kind: "expired" }]);
    expect(await all()).toEqual(["ExpiredTokenException 400", "ExpiredToken 403", "ExpiredToken 403"]);
    const others = async () => [
      await told(() => new S3Client({ ...options, forcePathStyle: true }).send(new ListBucketsCommand({}))),
      await told(() => new AccountClient(options).send(new ListRegionsCommand({}))),
      await told(() => new SecretsManagerClient(options).send(new ListSecretsCommand({}))),
    ];
    expect(await others()).toEqual(["ExpiredToken 400", "ExpiredTokenException 403", "ExpiredTokenException 400"]);
    endpoint.emulator.setFaults([{ kind: "throttle" }]);
    expect(await others()).toEqual(["SlowDown 503", "TooManyRequestsException 429", "ThrottlingException 400"]);
    endpoint.emulator.setFaults([{ kind: "error" }]);
    expect(await others()).toEqual(["InternalError 500", "InternalServerException 500", "InternalServiceError 500"]);
    endpoint.emulator.setFaults([{ op: "CreateRole", kind: "error", code: "LimitExceeded", status: 409 }]);
    expect(await all()).toEqual(["nothing", "LimitExceededException 409", "nothing"]);
    endpoint.emulator.setFaults([{ op: "CreateRole", kind: "down" }]);
    expect(await all()).toEqual(["ParameterAlreadyExists 400", "TimeoutError undefined", "nothing"]);
    endpoint.emulator.setFaults([]);
  });

  it("leaves environments' calls alone, unless they are meant", async () => {
    endpoint.emulator.setFaults([{ kind: "down" }]);
    await endpoint.emulator.executor();
    const issued = endpoint.execution.host?.issueCredentials("arn:aws:iam::123456789012:role/r", "session");
    const { credentials } = issued ?? { credentials: endpoint.emulator.credentials };
    const environment = new STSClient(clientOptions({ url: endpoint.emulator.url, credentials }));
    await environment.send(new GetCallerIdentityCommand({}));
    endpoint.emulator.setFaults([{ from: "environments", kind: "down" }]);
    await expect(environment.send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ code: "ECONNRESET" });
    await client().send(new ListLayersCommand({}));
    endpoint.emulator.setFaults([]);
  });

  it("ends with the endpoint, however long it would take", async () => {
    const other = await startTestEndpoint({ faults: [{ kind: "slow" }, { region: "eu-west-1", latency: 100_000 }] });
    const waits = ["us-east-1", "eu-west-1"].map((region) =>
      new LambdaClient(clientOptions(other.emulator, region)).send(new ListLayersCommand({})).catch(({ code }) => code),
    );
    await expect.poll(() => other.emulator.faults().map(({ met }) => met)).toEqual([2, 1]);
    await other.close();
    expect(await Promise.all(waits)).toEqual(["ECONNRESET", "ECONNRESET"]);
  });
});

describe("faults, on the wire", () => {
  const signing = () => ({
    url: endpoint.emulator.url,
    credentials: endpoint.emulator.credentials,
    service: "lambda",
  });
  const versionsPath = (layer: string) => `/2018-10-31/layers/${layer}/versions`;

  /** Sends the head and so much of the body; gives back what came until the connection ended. */
  async function sendPart(layer: string, body: Buffer, part: number): Promise<{ received: string; reset: boolean }> {
    const path = versionsPath(layer);
    const headers = await signedHeaders(signing(), { path, body: body.toString() });
    const { hostname, port } = new URL(endpoint.emulator.url);
    return await new Promise((resolve) => {
      let received = "";
      let reset = false;
      const socket = connect(Number(port), hostname, () => {
        const lines = Object.entries({ ...headers, "content-length": body.length }).map(
          ([name, value]) => `${name}: ${value}`,
        );
        socket.write(`POST ${path} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
        socket.write(body.subarray(0, part));
      });
      socket.on("data", (chunk) => {
        received += chunk;
      });
      socket.on("error", () => {
        reset = true;
      });
      socket.on("close", () => resolve({ received, reset }));
    });
  }

  it("down closes before the body, reset in its middle; neither says a word or does anything", async () => {
    const body = Buffer.from(JSON.stringify({ Content: { ZipFile: zip.toString("base64") } }));
    const layer = newName();
    endpoint.emulator.setFaults([{ kind: "down" }]);
    expect(await sendPart(layer, body, 0)).toEqual({ received: "", reset: true });
    endpoint.emulator.setFaults([{ kind: "reset" }]);
    expect(await sendPart(layer, body, Math.ceil(body.length / 2))).toEqual({ received: "", reset: true });
    expect(await versionsOf(layer)).toBe(0);
  });

  it("a cut answer is promised whole and ends half way", async () => {
    const body = Buffer.from(JSON.stringify({ Content: { ZipFile: zip.toString("base64") } }));
    const layer = newName();
    endpoint.emulator.setFaults([{ kind: "cut-answer" }]);
    const { received } = await sendPart(layer, body, body.length);
    const [head = "", rest = ""] = received.split("\r\n\r\n");
    const promised = Number(/content-length: (\d+)/i.exec(head)?.[1]);
    expect(head).toMatch(/^HTTP\/1\.1 201 /);
    expect(rest.length).toBe(Math.floor(promised / 2));
    expect(await versionsOf(layer)).toBe(1);
  });

  it("throttles with Retry-After and a reason", async () => {
    endpoint.emulator.setFaults([{ kind: "throttle", retryAfter: 7 }]);
    const answer = await sendSigned(signing(), { method: "GET", path: "/2018-10-31/layers" });
    expect(answer).toMatchObject({
      status: 429,
      headers: { "retry-after": "7", "x-amzn-errortype": "TooManyRequestsException" },
    });
    expect(JSON.parse(answer.body)).toMatchObject({ Type: "User", Reason: "CallerRateLimitExceeded" });
  });

  it("lets a call bring faults of its own, and refuses those that it cannot read", async () => {
    endpoint.emulator.setFaults([]);
    const send = (faults: string) =>
      sendSigned(signing(), { method: "GET", path: "/2018-10-31/layers", headers: { [faultHeader]: faults } });
    expect((await send("one kind=error,count=1")).status).toBe(500);
    expect((await send("one kind=error,count=1")).status).toBe(200);
    expect((await send("two kind=error,count=1")).status).toBe(500);
    expect(await send("two kind=eror")).toMatchObject({
      status: 400,
      body: expect.stringContaining("did you mean error?"),
    });
    expect((await sendSigned(signing(), { method: "GET", path: "/2018-10-31/layers" })).status).toBe(200);
  });

  it("spares the signature's checks: a stranger learns nothing of them", async () => {
    endpoint.emulator.setFaults([{ kind: "throttle" }]);
    const wrong = { ...signing(), credentials: { ...endpoint.emulator.credentials, secretAccessKey: "wrong" } };
    expect((await sendSigned(wrong, { method: "GET", path: "/2018-10-31/layers" })).status).toBe(403);
    endpoint.emulator.setFaults([]);
  });
});

describe.skipIf(missing("aws"))("faults, through the AWS CLI (needs the AWS CLI)", () => {
  const said = (...args: string[]) =>
    awsCli(endpoint.emulator, args).then(
      () => "",
      ({ stderr }) => String(stderr).trim(),
    );

  it("are errors that it knows", { timeout: 60_000 }, async () => {
    endpoint.emulator.setFaults([
      { op: "ListLayers", kind: "throttle" },
      { op: "ListFunctions", kind: "expired" },
      { op: "GetAccountSettings", kind: "error" },
      { service: "iam", op: "ListRoles", kind: "throttle" },
      { service: "sts", kind: "down" },
    ]);
    const all = await Promise.all([
      said("lambda", "list-layers"),
      said("lambda", "list-functions"),
      said("lambda", "get-account-settings"),
      said("iam", "list-roles"),
      said("sts", "get-caller-identity"),
    ]);
    endpoint.emulator.setFaults([]);
    expect(all).toEqual([
      expect.stringContaining("(TooManyRequestsException) when calling the ListLayers operation"),
      expect.stringContaining("(ExpiredTokenException) when calling the ListFunctions operation"),
      expect.stringContaining("(ServiceException) when calling the GetAccountSettings operation"),
      expect.stringContaining("(Throttling) when calling the ListRoles operation"),
      expect.stringContaining("Connection was closed before we received a valid response"),
    ]);
  });
});
