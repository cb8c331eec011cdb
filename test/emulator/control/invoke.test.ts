// Invoking: what reaches the execution side, and what comes back, through AWS's own client.

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  type CreateFunctionCommandInput,
  DeleteFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  type InvokeCommandInput,
  LambdaClient,
  PublishLayerVersionCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { toolError } from "../../../src/model/errors.ts";
import { sendSigned } from "./raw.ts";
import { clientOptions, fakeExecution, lambdaTrust, startTestEndpoint, type TestEndpoint, zipOf } from "./support.ts";

const Role = "arn:aws:iam::123456789012:role/runs";
const arn = (name: string) => `arn:aws:lambda:us-east-1:123456789012:function:${name}`;
let endpoint: TestEndpoint;
let lambda: LambdaClient;
let zip: Buffer;
/** Long enough to be met on its way however slow the machine is, where a test wants that. */
const long = 1500;
let settle = 5;

beforeAll(async () => {
  endpoint = await startTestEndpoint({ settleMilliseconds: () => settle });
  lambda = new LambdaClient(clientOptions(endpoint.emulator));
  zip = await zipOf({ "index.mjs": "export const handler = async () => 1;\n" });
  const iam = new IAMClient(clientOptions(endpoint.emulator));
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  await created("f");
});
afterAll(() => endpoint.close());
beforeEach(() => {
  settle = 5;
  endpoint.execution.calls.length = 0;
  endpoint.execution.retired.length = 0;
  endpoint.execution.answer = fakeExecution().answer;
});

async function created(FunctionName: string, more: Partial<CreateFunctionCommandInput> = {}) {
  const input = {
    FunctionName,
    Role,
    Runtime: "nodejs22.x",
    Handler: "index.handler",
    Code: { ZipFile: zip },
  } as const;
  await lambda.send(new CreateFunctionCommand({ ...input, ...more }));
  await settled(FunctionName);
}
async function settled(FunctionName: string) {
  for (;;) {
    const now = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    if (now.State === "Active" && now.LastUpdateStatus === "Successful") return;
    await sleep(5);
  }
}
const invoke = (more: Partial<InvokeCommandInput> = {}) =>
  lambda.send(new InvokeCommand({ FunctionName: "f", ...more }));
const text = (payload: Uint8Array | undefined) => Buffer.from(payload ?? []).toString();

describe("a synchronous invocation", () => {
  it("hands over the payload byte for byte, and gives back the answer's", async () => {
    const payload = '{"a": 1.0,  "ü":"\\u00fc"}';
    const result = await invoke({ Payload: Buffer.from(payload) });
    expect(text(result.Payload)).toBe(payload);
    expect(result).toMatchObject({ StatusCode: 200, ExecutedVersion: "$LATEST" });
    expect(result.FunctionError).toBeUndefined();
    expect(result.LogResult).toBeUndefined();
    // Whoever wants no tail does not wait for END and REPORT.
    expect(endpoint.execution.calls[0]?.request.logTail).toBe(false);
    expect(endpoint.execution.calls[0]?.request).toMatchObject({
      requestId: result.$metadata.requestId,
      invokedFunctionArn: arn("f"),
    });
  });

  it("gives a function that is called with nothing an empty object", async () => {
    await invoke();
    expect(endpoint.execution.calls[0]?.request.payload.toString()).toBe("{}");
  });

  it("hands over the function complete, with zips that lie there", async () => {
    const layer = await lambda.send(new PublishLayerVersionCommand({ LayerName: "l", Content: { ZipFile: zip } }));
    await created("whole", {
      Layers: [layer.LayerVersionArn ?? ""],
      Environment: { Variables: { NAME: "value" } },
      Timeout: 9,
      MemorySize: 256,
      EphemeralStorage: { Size: 600 },
      LoggingConfig: { LogGroup: "/own/group", LogFormat: "JSON", SystemLogLevel: "DEBUG" },
    });
    await invoke({ FunctionName: "whole" });
    const snapshot = endpoint.execution.calls[0]?.snapshot;
    expect(snapshot).toMatchObject({
      functionName: "whole",
      functionArn: arn("whole"),
      version: "$LATEST",
      region: "us-east-1",
      accountId: "123456789012",
      runtime: "nodejs22.x",
      handler: "index.handler",
      architecture: "x86_64",
      memorySize: 256,
      timeout: 9,
      ephemeralStorage: 600,
      roleArn: Role,
      environment: { NAME: "value" },
      layers: [{ arn: layer.LayerVersionArn, codeSha256: layer.Content?.CodeSha256 }],
      logGroup: "/own/group",
      jsonLogging: { applicationLogLevel: "INFO", systemLogLevel: "DEBUG" },
    });
    for (const source of [snapshot?.code, ...(snapshot?.layers ?? [])]) {
      const hash = createHash("sha256")
        .update(readFileSync(source?.zip ?? ""))
        .digest("base64");
      expect(hash).toBe(source?.codeSha256);
    }
  });

  it("gives the end of the log where it is asked for", async () => {
    endpoint.execution.answer = () => ({ payload: Buffer.from("1"), logTail: "START\nüEND\n" });
    const result = await invoke({ LogType: "Tail" });
    expect(endpoint.execution.calls[0]?.request.logTail).toBe(true);
    expect(Buffer.from(result.LogResult ?? "", "base64").toString()).toBe("START\nüEND\n");
  });

  it("tells a function's error from a failed call", async () => {
    const error = '{"errorType":"Error","errorMessage":"no"}';
    endpoint.execution.answer = () => ({ payload: Buffer.from(error), functionError: "Unhandled", logTail: "" });
    expect(await invoke()).toMatchObject({ StatusCode: 200, FunctionError: "Unhandled" });
  });

  it("hands over the client context decoded", async () => {
    await invoke({ ClientContext: Buffer.from('{"custom":{"a":1}}').toString("base64") });
    expect(endpoint.execution.calls[0]?.request.clientContext).toBe('{"custom":{"a":1}}');
    await expect(invoke({ ClientContext: Buffer.from("no json").toString("base64") })).rejects.toMatchObject({
      name: "InvalidRequestContentException",
    });
    const long = Buffer.from(JSON.stringify({ a: "x".repeat(3600) })).toString("base64");
    await expect(invoke({ ClientContext: long })).rejects.toMatchObject({ name: "InvalidRequestContentException" });
  });

  it.each([
    ["a tenant, for whom no function is made", { TenantId: "blue" }, "InvalidParameterValueException", /^Tenant ID/],
    [
      "a payload that is no JSON",
      { Payload: Buffer.from("{") },
      "InvalidRequestContentException",
      /^Could not parse request body into json: /,
    ],
    [
      "a payload that is no UTF-8",
      { Payload: Buffer.from([0x22, 0x87, 0x22]) },
      "InvalidRequestContentException",
      /^Could not parse/,
    ],
    [
      "a payload over 6 MB",
      { Payload: Buffer.from(`"${"x".repeat(6_291_455)}"`) },
      "RequestTooLargeException",
      /^6291457 byte payload is too large for the RequestResponse invocation type \(limit 6291456 bytes\)$/,
    ],
    [
      "an event over 1 MB",
      { Payload: Buffer.from(`"${"x".repeat(1_048_575)}"`), InvocationType: "Event" as const },
      "RequestTooLargeException",
      /Event invocation type \(limit 1048576 bytes\)/,
    ],
    ["an unknown type", { InvocationType: "Later" as never }, "ValidationException", /'Later' at 'invocationType'/],
    ["an unknown log type", { LogType: "All" as never }, "ValidationException", /'All' at 'logType'/],
    [
      "a function that is not there",
      { FunctionName: "nowhere" },
      "ResourceNotFoundException",
      new RegExp(`^Function not found: ${arn("nowhere")}:\\$LATEST$`),
    ],
    [
      "a version that is not there",
      { Qualifier: "7" },
      "ResourceNotFoundException",
      new RegExp(`^Function not found: ${arn("f")}:7$`),
    ],
  ])("refuses %s", async (_, more, name, message) => {
    await expect(invoke(more)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
    expect(endpoint.execution.calls).toEqual([]);
  });

  it.each([
    ["TooManyRequestsException", 429, "TooManyRequestsException"],
    ["InvalidRuntimeException", 502, "InvalidRuntimeException"],
    ["IsolationUnavailable", 500, "ServiceException"],
  ])("answers %s of the execution side as AWS would, with what to do", async (code, status, name) => {
    endpoint.execution.answer = () => {
      throw toolError("It could not be run.", { code, hint: "Do this." });
    };
    await expect(invoke()).rejects.toMatchObject({
      name,
      message: "It could not be run. Do this.",
      $metadata: { httpStatusCode: status },
    });
  });

  it("answers with a bug of ours as such, and stays up", async () => {
    endpoint.execution.answer = () => {
      throw new Error("a bug");
    };
    await expect(invoke()).rejects.toMatchObject({ name: "InternalFailure", $metadata: { httpStatusCode: 500 } });
    endpoint.execution.answer = fakeExecution().answer;
    expect(await invoke()).toMatchObject({ StatusCode: 200 });
  });

  it("passes a trace on", async () => {
    const signing = { url: endpoint.emulator.url, credentials: endpoint.emulator.credentials, service: "lambda" };
    const headers = { "x-amzn-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793" };
    const path = "/2015-03-31/functions/f/invocations";
    expect((await sendSigned(signing, { path, headers, body: "{}" })).status).toBe(200);
    expect(endpoint.execution.calls[0]?.request.traceId).toBe("Root=1-5759e988-bd862e3fe1be46a994272793");
  });

  it("begins a trace that nobody records where the caller has none, and names it", async () => {
    const signing = { url: endpoint.emulator.url, credentials: endpoint.emulator.credentials, service: "lambda" };
    const path = "/2015-03-31/functions/f/invocations";
    const answer = await sendSigned(signing, { path, headers: {}, body: "{}" });
    const { traceId } = endpoint.execution.calls[0]?.request ?? {};
    expect(traceId).toMatch(/^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/);
    expect(answer.headers["x-amzn-trace-id"]).toBe(traceId);
  });
});

describe("versions and updates", () => {
  it("run what was named, under the ARN that named it", async () => {
    await created("v");
    await lambda.send(new PublishVersionCommand({ FunctionName: "v" }));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "v", Timeout: 7 }));
    await settled("v");
    const published = await invoke({ FunctionName: "v", Qualifier: "1" });
    expect(published.ExecutedVersion).toBe("1");
    await invoke({ FunctionName: arn("v:$LATEST") });
    const [first, second] = endpoint.execution.calls;
    expect(first).toMatchObject({
      snapshot: { version: "1", timeout: 3 },
      request: { invokedFunctionArn: arn("v:1") },
    });
    expect(second).toMatchObject({
      snapshot: { version: "$LATEST", timeout: 7 },
      request: { invokedFunctionArn: arn("v:$LATEST") },
    });
    expect(first?.snapshot.revisionId).not.toBe(second?.snapshot.revisionId);
  });

  it("run what was there before until an update has arrived; then its environments are ended", async () => {
    await created("u");
    await invoke({ FunctionName: "u" });
    settle = long;
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName: "u", Timeout: 7 }));
    await invoke({ FunctionName: "u" });
    expect(endpoint.execution.retired).toEqual([]);
    await settled("u");
    await invoke({ FunctionName: "u" });
    expect(endpoint.execution.retired).toEqual([arn("u")]);
    expect(endpoint.execution.calls.map(({ snapshot }) => snapshot.timeout)).toEqual([3, 3, 7]);
    const [before, during, after] = endpoint.execution.calls.map(({ snapshot }) => snapshot.revisionId);
    expect(during).toBe(before);
    expect(after).not.toBe(before);
  });

  it("refuse a function that is on its way", async () => {
    settle = long;
    const input = { FunctionName: "p", Role, Runtime: "nodejs22.x", Handler: "i.h", Code: { ZipFile: zip } } as const;
    await lambda.send(new CreateFunctionCommand(input));
    await expect(invoke({ FunctionName: "p" })).rejects.toMatchObject({
      name: "ResourceConflictException",
      message: expect.stringMatching(/currently in the following state: Pending$/),
    });
  });

  it("end the environments of a function that is deleted", async () => {
    await created("d");
    await lambda.send(new DeleteFunctionCommand({ FunctionName: "d" }));
    expect(endpoint.execution.retired).toEqual([arn("d")]);
  });
});

describe("a dry run", () => {
  it("runs nothing", async () => {
    expect(await invoke({ InvocationType: "DryRun" })).toMatchObject({ StatusCode: 204 });
    expect(endpoint.execution.calls).toEqual([]);
  });
});

describe("an event", () => {
  const failing = () => ({ payload: Buffer.from("{}"), functionError: "Unhandled" as const, logTail: "" });

  it("is accepted at once and run afterwards, with the answer's request id", async () => {
    let release = () => {};
    const waiting = new Promise<void>((resolve) => {
      release = resolve;
    });
    endpoint.execution.answer = async ({ request }) => {
      await waiting;
      return { payload: request.payload, logTail: "" };
    };
    const accepted = await invoke({ InvocationType: "Event", Payload: Buffer.from('{"id":1}') });
    expect(accepted).toMatchObject({ StatusCode: 202 });
    expect(text(accepted.Payload)).toBe("");
    release();
    await vi.waitFor(() => expect(endpoint.execution.calls).toHaveLength(1), 15_000);
    expect(endpoint.execution.calls[0]?.request.requestId).toBe(accepted.$metadata.requestId);
    expect(endpoint.execution.calls[0]?.request.payload.toString()).toBe('{"id":1}');
  });

  it("is tried three times where the function fails, under one request id", async () => {
    endpoint.execution.answer = failing;
    await invoke({ InvocationType: "Event" });
    await vi.waitFor(() => expect(endpoint.execution.calls).toHaveLength(3), 15_000);
    await sleep(20);
    expect(endpoint.execution.calls).toHaveLength(3);
    expect(new Set(endpoint.execution.calls.map(({ request }) => request.requestId)).size).toBe(1);
  });

  it("is tried again where it could not be run", async () => {
    endpoint.execution.answer = () => {
      throw toolError("no", { code: "ServiceException" });
    };
    await invoke({ InvocationType: "Event" });
    await vi.waitFor(() => expect(endpoint.execution.calls).toHaveLength(3), 15_000);
  });

  it("that was accepted is run by the next endpoint where this one ended before", async () => {
    const first = await startTestEndpoint({ retryPauses: [60_000, 60_000] });
    const client = new LambdaClient(clientOptions(first.emulator));
    const iam = new IAMClient(clientOptions(first.emulator));
    await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
    const input = { FunctionName: "f", Role, Runtime: "nodejs22.x", Handler: "i.h", Code: { ZipFile: zip } } as const;
    await client.send(new CreateFunctionCommand(input));
    await vi.waitFor(async () => {
      expect(await client.send(new GetFunctionConfigurationCommand({ FunctionName: "f" }))).toMatchObject({
        State: "Active",
      });
    }, 15_000);
    first.execution.answer = failing;
    const sent = await client.send(
      new InvokeCommand({ FunctionName: "f", InvocationType: "Event", Payload: Buffer.from("7") }),
    );
    await vi.waitFor(() => expect(first.execution.calls).toHaveLength(1), 15_000);
    await first.emulator.close();

    const second = await startTestEndpoint({ directory: first.directory });
    await vi.waitFor(() => expect(second.execution.calls).toHaveLength(1), 15_000);
    expect(second.execution.calls[0]?.request.requestId).toBe(sent.$metadata.requestId);
    expect(second.execution.calls[0]?.request.payload.toString()).toBe("7");
    await second.emulator.close();
    const third = await startTestEndpoint({ directory: first.directory });
    await sleep(20);
    expect(third.execution.calls).toEqual([]);
    await third.close();
  });
});

describe("the end of the endpoint", () => {
  it("closes the execution side, which is still served meanwhile", async () => {
    const other = await startTestEndpoint();
    await other.emulator.executor();
    const { url, credentials } = other.emulator;
    const close = other.emulator.close();
    await close;
    expect(other.execution.closed).toBe(true);
    await expect(
      sendSigned({ url, credentials, service: "lambda" }, { method: "GET", path: "/2018-10-31/layers" }),
    ).rejects.toThrow(/ECONNREFUSED/);
    await expect(other.emulator.executor()).rejects.toMatchObject({ code: "ServiceException" });
    await other.close();
  });
});
