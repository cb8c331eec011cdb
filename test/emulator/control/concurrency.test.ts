// Reserved concurrency: AWS's checks and words, what the execution side is told, and what a caller hears of a limit.
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  DeleteFunctionConcurrencyCommand,
  GetAccountSettingsCommand,
  GetFunctionCommand,
  GetFunctionConcurrencyCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { toolError } from "../../../src/model/errors.ts";
import { sendSigned } from "./raw.ts";
import { clientOptions, fakeExecution, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

const Role = "arn:aws:iam::123456789012:role/runs";
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
/** However slow the machine is. */
const soon = <T>(look: () => T | Promise<T>) => vi.waitFor(look, { timeout: 15_000, interval: 10 });
let endpoint: TestEndpoint;
let lambda: LambdaClient;
let zip: Buffer;

async function create(FunctionName: string, client = lambda) {
  const input = { FunctionName, Role, Runtime: "nodejs22.x", Handler: "i.h", Code: { ZipFile: zip } } as const;
  await client.send(new CreateFunctionCommand(input));
  await soon(async () => {
    const { State } = await client.send(new GetFunctionConfigurationCommand({ FunctionName }));
    expect(State).toBe("Active");
  });
}
const put = (FunctionName: string, ReservedConcurrentExecutions: number, client = lambda) =>
  client.send(new PutFunctionConcurrencyCommand({ FunctionName, ReservedConcurrentExecutions }));
const get = async (FunctionName: string) =>
  (await lambda.send(new GetFunctionConcurrencyCommand({ FunctionName }))).ReservedConcurrentExecutions;
const unreserved = async (client = lambda) =>
  (await client.send(new GetAccountSettingsCommand({}))).AccountLimit?.UnreservedConcurrentExecutions;
const tooMuch = {
  name: "InvalidParameterValueException",
  message:
    "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
};

beforeAll(async () => {
  endpoint = await startTestEndpoint();
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  const iam = new IAMClient(clientOptions(endpoint.emulator));
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  zip = await zipOf({ "i.mjs": "export const h = () => 1;\n" });
  await create("f");
  await create("g");
});
afterAll(() => endpoint.close());
beforeEach(async () => {
  endpoint.execution.calls.length = 0;
  endpoint.execution.answer = fakeExecution().answer;
  for (const FunctionName of ["f", "g"]) await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName }));
});

describe("reserved concurrency", () => {
  it("is put, shown, changed and taken away, and no part of the revision", async () => {
    const before = await lambda.send(new GetFunctionCommand({ FunctionName: "f" }));
    expect(before.Concurrency).toBeUndefined();
    expect(await get("f")).toBeUndefined();
    expect((await put("f", 3)).ReservedConcurrentExecutions).toBe(3);
    expect((await put("f", 0)).ReservedConcurrentExecutions).toBe(0);
    expect(await get("f")).toBe(0);
    expect((await put(arn("f"), 7)).ReservedConcurrentExecutions).toBe(7);
    const during = await lambda.send(new GetFunctionCommand({ FunctionName: "f" }));
    expect(during.Concurrency).toEqual({ ReservedConcurrentExecutions: 7 });
    expect(during.Configuration).toEqual(before.Configuration);
    expect(endpoint.execution.retired).toEqual([]);
    const gone = await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "f" }));
    expect(gone.$metadata.httpStatusCode).toBe(204);
    expect(await get("f")).toBeUndefined();
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "f" }));
  });

  it("leaves a hundred to everybody else, in each region of its own", async () => {
    expect(await unreserved()).toBe(1000);
    await put("f", 600);
    expect(await unreserved()).toBe(400);
    await expect(put("g", 301)).rejects.toMatchObject(tooMuch);
    await put("g", 300);
    expect(await unreserved()).toBe(100);
    // Its own share is given back first.
    await put("f", 600);
    await expect(put("f", 601)).rejects.toMatchObject(tooMuch);
    await expect(put("f", 1001)).rejects.toMatchObject(tooMuch);
    expect(await get("f")).toBe(600);
    expect(await unreserved(new LambdaClient(clientOptions(endpoint.emulator, "eu-west-1")))).toBe(1000);
  });

  it("is not given twice to two who ask at once", async () => {
    const results = await Promise.allSettled([put("f", 500), put("g", 500)]);
    expect(results.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(await unreserved()).toBe(500);
  });

  it.each([
    [
      "a function that is not there",
      "nowhere",
      1,
      "ResourceNotFoundException",
      `Function not found: ${arn("nowhere")}:$LATEST`,
    ],
    [
      "a version",
      `${arn("f")}:$LATEST`,
      0,
      "InvalidParameterValueException",
      /^This operation is permitted on Lambda functions only\./,
    ],
    [
      "less than nothing",
      "f",
      -1,
      "ValidationException",
      /'-1' at 'reservedConcurrentExecutions' failed to satisfy constraint: Member must have value greater than or equal to 0$/,
    ],
  ] as const)("refuses %s", async (_, name, count, code, message) => {
    await expect(put(name, count)).rejects.toMatchObject({
      name: code,
      message: typeof message === "string" ? message : expect.stringMatching(message),
    });
  });

  it("refuses to be put without a number", async () => {
    const signing = { url: endpoint.emulator.url, credentials: endpoint.emulator.credentials, service: "lambda" };
    const path = "/2017-10-31/functions/f/concurrency";
    const answer = await sendSigned(signing, { method: "PUT", path, body: "{}" });
    expect(answer).toMatchObject({
      status: 400,
      body: expect.stringContaining(
        "'reservedConcurrentExecutions' failed to satisfy constraint: Member must not be null",
      ),
    });
  });

  it("cannot be read or removed where there is no function", async () => {
    const missing = { name: "ResourceNotFoundException", message: `Function not found: ${arn("nowhere")}` };
    await expect(get("nowhere")).rejects.toMatchObject(missing);
    await expect(lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "nowhere" }))).rejects.toMatchObject(
      missing,
    );
  });

  it("reaches the execution side with every version, at once", async () => {
    const { Version } = await lambda.send(new PublishVersionCommand({ FunctionName: "f" }));
    const invoke = (Qualifier?: string) => lambda.send(new InvokeCommand({ FunctionName: "f", Qualifier }));
    await invoke();
    await put("f", 2);
    await invoke();
    await invoke(Version);
    await lambda.send(new DeleteFunctionConcurrencyCommand({ FunctionName: "f" }));
    await invoke(Version);
    const seen = endpoint.execution.calls.map(({ snapshot }) => [snapshot.version, snapshot.reservedConcurrency]);
    expect(seen).toEqual([
      ["$LATEST", undefined],
      ["$LATEST", 2],
      [Version, 2],
      [Version, undefined],
    ]);
    const [first, second] = endpoint.execution.calls;
    expect(second?.snapshot.revisionId).toBe(first?.snapshot.revisionId);
  });

  it("outlives the endpoint, and ends with its function", async () => {
    const first = await startTestEndpoint();
    const client = new LambdaClient(clientOptions(first.emulator));
    await new IAMClient(clientOptions(first.emulator)).send(
      new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }),
    );
    await create("f", client);
    await put("f", 40, client);
    await first.emulator.close();

    const second = await startTestEndpoint({ directory: first.directory });
    onTestFinished(() => second.close());
    const again = new LambdaClient(clientOptions(second.emulator));
    expect(await again.send(new GetFunctionConcurrencyCommand({ FunctionName: "f" }))).toMatchObject({
      ReservedConcurrentExecutions: 40,
    });
    expect(await unreserved(again)).toBe(960);
    await again.send(new DeleteFunctionCommand({ FunctionName: "f" }));
    expect(await unreserved(again)).toBe(1000);
    await create("f", again);
    const { ReservedConcurrentExecutions } = await again.send(new GetFunctionConcurrencyCommand({ FunctionName: "f" }));
    expect(ReservedConcurrentExecutions).toBeUndefined();
  });
});

describe("a limit on concurrency", () => {
  const reasons = ["ConcurrentInvocationLimitExceeded", "ReservedFunctionConcurrentInvocationLimitExceeded"] as const;
  const refuse = (code: string) => () => {
    throw toolError("All ten environments are in use.", { code, hint: "Wait for one." });
  };

  it.each(reasons)("is told in AWS's words (%s)", async (Reason) => {
    endpoint.execution.answer = refuse(Reason);
    await expect(lambda.send(new InvokeCommand({ FunctionName: "f" }))).rejects.toMatchObject({
      name: "TooManyRequestsException",
      message: "Rate Exceeded.",
      Reason,
      Type: "User",
      retryAfterSeconds: "1",
      $metadata: { httpStatusCode: 429 },
    });
  });

  it.each(reasons)("is told before a stream begins (%s)", async (Reason) => {
    endpoint.execution.answer = refuse(Reason);
    await expect(lambda.send(new InvokeWithResponseStreamCommand({ FunctionName: "f" }))).rejects.toMatchObject({
      name: "TooManyRequestsException",
      Reason,
      $metadata: { httpStatusCode: 429 },
    });
  });

  it("is explained to the person who runs the endpoint where it is this machine's, once a minute", async () => {
    const warnings: string[] = [];
    let clock = Date.now();
    const { directory } = endpoint;
    await endpoint.emulator.close();
    endpoint = await startTestEndpoint({ directory, warn: (message) => warnings.push(message), now: () => clock });
    lambda = new LambdaClient(clientOptions(endpoint.emulator));
    const fail = () => expect(lambda.send(new InvokeCommand({ FunctionName: "f" }))).rejects.toThrow("Rate Exceeded.");
    endpoint.execution.answer = refuse("ReservedFunctionConcurrentInvocationLimitExceeded");
    await fail();
    expect(warnings).toEqual([]);
    endpoint.execution.answer = refuse("ConcurrentInvocationLimitExceeded");
    await fail();
    await fail();
    expect(warnings).toEqual(["All ten environments are in use. Wait for one."]);
    clock += 60_000;
    await fail();
    expect(warnings).toHaveLength(2);
  });

  it("has the body that AWS sends", async () => {
    endpoint.execution.answer = refuse("ReservedFunctionConcurrentInvocationLimitExceeded");
    const signing = { url: endpoint.emulator.url, credentials: endpoint.emulator.credentials, service: "lambda" };
    const answer = await sendSigned(signing, { path: "/2015-03-31/functions/f/invocations", body: "{}" });
    expect(answer.status).toBe(429);
    expect(answer.headers).toMatchObject({ "x-amzn-errortype": "TooManyRequestsException", "retry-after": "1" });
    expect(JSON.parse(answer.body)).toEqual({
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
      Type: "User",
      message: "Rate Exceeded.",
    });
  });
});
