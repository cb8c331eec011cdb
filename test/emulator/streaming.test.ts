// InvokeWithResponseStream through AWS's own client, in front of real functions and of a fake execution side.

import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import {
  CreateFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamCommandInput,
  type InvokeWithResponseStreamResponseEvent,
  LambdaClient,
} from "@aws-sdk/client-lambda";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Emulator } from "../../src/emulator/server.ts";
import { toolError } from "../../src/model/errors.ts";
import {
  clientOptions,
  fakeExecution,
  lambdaTrust,
  startTestEndpoint,
  type TestEndpoint,
  zipOf,
} from "./control/support.ts";
import { createGate, type Gate } from "./execution/support/gate.ts";

const nodeRuntime = `nodejs${process.versions.node.split(".")[0]}.x` as "nodejs22.x";
const source = `import { get } from "node:http";
  const wait = (url) => new Promise((resolve, reject) => {
    get(url, { agent: false }, (answer) => answer.resume().on("end", resolve)).on("error", reject);
  });
  let count = 0;
  export const streams = awslambda.streamifyResponse(async ({ gate, fail, endless }, stream) => {
    count++;
    if (fail === "early") throw new RangeError("at once");
    stream.write("one ");
    if (endless) for (let i = 0; i < endless; i++) {
      if (!stream.write(Buffer.alloc(65536))) await new Promise((resolve) => stream.once("drain", resolve));
    }
    if (gate) await wait(gate);
    if (fail) throw new RangeError("broke off");
    console.log("said it");
    stream.write(String(count));
    stream.end();
  });
  export const whole = async (event) => ({ event });`;

function decode(base64: string | undefined): string {
  return Buffer.from(base64 ?? "", "base64").toString();
}

async function prepare(emulator: Emulator): Promise<LambdaClient> {
  const iam = new IAMClient(clientOptions(emulator));
  await iam.send(new CreateRoleCommand({ RoleName: "runs", AssumeRolePolicyDocument: lambdaTrust }));
  const lambda = new LambdaClient(clientOptions(emulator));
  const ZipFile = await zipOf({ "index.mjs": source });
  for (const name of ["streams", "whole"]) {
    const function_ = { FunctionName: name, Runtime: nodeRuntime, Handler: `index.${name}`, Timeout: 10 };
    const Role = "arn:aws:iam::123456789012:role/runs";
    await lambda.send(new CreateFunctionCommand({ ...function_, Role, Code: { ZipFile } }));
    await vi.waitUntil(async () => {
      const { Configuration } = await lambda.send(new GetFunctionCommand({ FunctionName: name }));
      return Configuration?.State === "Active";
    });
  }
  return lambda;
}

/** The events of an answer, one at a time. */
class Events {
  private readonly iterator: AsyncIterator<InvokeWithResponseStreamResponseEvent>;

  constructor(stream: AsyncIterable<InvokeWithResponseStreamResponseEvent> | undefined) {
    if (!stream) throw new Error("the answer has no stream");
    this.iterator = stream[Symbol.asyncIterator]();
  }

  /** A chunk's text, the end, or undefined behind it. */
  async next() {
    const { value } = await this.iterator.next();
    const event = value as InvokeWithResponseStreamResponseEvent | undefined;
    const bytes = event?.PayloadChunk?.Payload;
    return bytes ? Buffer.from(bytes).toString() : event?.InvokeComplete;
  }

  async rest() {
    const all = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) all.push(event);
    return all;
  }
}

const input = (FunctionName: string, payload: unknown, more: Partial<InvokeWithResponseStreamCommandInput> = {}) =>
  new InvokeWithResponseStreamCommand({ FunctionName, Payload: Buffer.from(JSON.stringify(payload)), ...more });

describe.skipIf(process.platform !== "linux")("with real functions (needs Linux)", () => {
  let endpoint: TestEndpoint;
  let lambda: LambdaClient;
  let gate: Gate;
  beforeAll(async () => {
    endpoint = await startTestEndpoint({ createExecutor: undefined, env: { PATH: process.env.PATH } });
    lambda = await prepare(endpoint.emulator);
    gate = await createGate();
  });
  afterAll(async () => {
    await gate.close();
    await endpoint.close();
  });

  it("gives each chunk as it is written, then the end", async () => {
    const answer = await lambda.send(input("streams", { gate: gate.url }));
    expect(answer).toMatchObject({
      ...{ StatusCode: 200, ExecutedVersion: "$LATEST" },
      ResponseStreamContentType: "application/vnd.amazon.eventstream",
    });
    const events = new Events(answer.EventStream);
    expect(await events.next()).toBe("one ");
    await gate.reached();
    expect(endpoint.emulator.activity.running).toBe(1);
    gate.open();
    expect(await events.rest()).toEqual([expect.stringMatching(/^\d+$/), {}]);
    await vi.waitUntil(() => endpoint.emulator.activity.running === 0);
  });

  it("runs one invocation after the other in one process", async () => {
    const counts: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const { EventStream } = await lambda.send(input("streams", {}));
      const [, count] = await new Events(EventStream).rest();
      counts.push(Number(count));
    }
    const [first = 0] = counts;
    expect(counts).toEqual([first, first + 1, first + 2]);
  });

  it("gives the log's end with the end", async () => {
    const { EventStream } = await lambda.send(input("streams", {}, { LogType: "Tail" }));
    const complete = (await new Events(EventStream).rest()).at(-1) as { LogResult?: string };
    expect(decode(complete.LogResult)).toMatch(
      /START RequestId[\s\S]*said it[\s\S]*END RequestId[\s\S]*REPORT RequestId/,
    );
  });

  it("says behind the chunks that the function failed", async () => {
    gate.open();
    const { EventStream } = await lambda.send(input("streams", { gate: gate.url, fail: true }, { LogType: "Tail" }));
    const [chunk, complete, ...more] = await new Events(EventStream).rest();
    expect([chunk, more]).toEqual(["one ", []]);
    const { ErrorCode, ErrorDetails, LogResult } = complete as Record<string, string>;
    expect(ErrorCode).toBe("RangeError");
    expect(JSON.parse(ErrorDetails ?? "")).toMatchObject({ errorType: "RangeError", errorMessage: "broke off" });
    expect(decode(LogResult)).toContain("REPORT");
  });

  it("has no chunk where the function fails before its first byte", async () => {
    const { EventStream } = await lambda.send(input("streams", { fail: "early" }));
    const events = await new Events(EventStream).rest();
    expect(events).toEqual([{ ErrorCode: "RangeError", ErrorDetails: expect.stringContaining("at once") }]);
  });

  it("plays with functions that don't stream, and Invoke with those that do", async () => {
    const { EventStream } = await lambda.send(input("whole", { a: 1 }));
    expect(await new Events(EventStream).rest()).toEqual(['{"event":{"a":1}}', {}]);
    const { Payload, FunctionError } = await lambda.send(new InvokeCommand({ FunctionName: "streams" }));
    expect([Buffer.from(Payload ?? []).toString(), FunctionError]).toEqual([
      expect.stringMatching(/^one \d+$/),
      undefined,
    ]);
  });

  it("lets the function run to its end where the caller goes away in the middle", async () => {
    const abort = new AbortController();
    const { EventStream } = await lambda.send(input("streams", { gate: gate.url, endless: 200 }), {
      abortSignal: abort.signal,
    });
    expect(await new Events(EventStream).next()).toContain("one ");
    abort.abort();
    // All of its 13 MB went somewhere, although nobody reads them.
    await gate.reached();
    gate.open();
    const next = await lambda.send(input("streams", {}));
    expect(await new Events(next.EventStream).rest()).toEqual(["one ", expect.stringMatching(/^\d+$/), {}]);
    await vi.waitUntil(() => endpoint.emulator.activity.running === 0);
  });

  it("does not let a caller that stops reading hold the endpoint's end", async () => {
    const other = await startTestEndpoint({ createExecutor: undefined, env: { PATH: process.env.PATH } });
    const client = await prepare(other.emulator);
    const { EventStream } = await client.send(input("streams", { endless: 1000 }));
    expect(await new Events(EventStream).next()).toContain("one ");
    await other.close();
  });
});

describe("with an execution side that only remembers", () => {
  let endpoint: TestEndpoint;
  let lambda: LambdaClient;
  beforeAll(async () => {
    endpoint = await startTestEndpoint();
    lambda = await prepare(endpoint.emulator);
  });
  afterAll(() => endpoint.close());
  beforeEach(() => {
    endpoint.execution.calls.length = 0;
    endpoint.execution.answer = fakeExecution().answer;
  });

  it("passes on what Invoke passes on", async () => {
    const ClientContext = Buffer.from('{"custom":{"a":"b"}}').toString("base64");
    await lambda.send(input("streams", { a: 1 }, { ClientContext, Qualifier: "$LATEST" }));
    const [call] = endpoint.execution.calls;
    expect(call?.request).toMatchObject({ logTail: false, clientContext: '{"custom":{"a":"b"}}' });
    expect(call?.request.invokedFunctionArn).toMatch(/:function:streams:\$LATEST$/);
    expect(call?.request.payload.toString()).toBe('{"a":1}');
  });

  it("only looks whether it could, with DryRun", async () => {
    const answer = await lambda.send(input("streams", {}, { InvocationType: "DryRun" }));
    expect([answer.StatusCode, answer.ExecutedVersion]).toEqual([204, "$LATEST"]);
    expect(endpoint.execution.calls).toEqual([]);
  });

  it.each([
    ["nothing of that name", input("nothing", {}), "ResourceNotFoundException"],
    ["an event", input("streams", {}, { InvocationType: "Event" as "DryRun" }), "ValidationException"],
    ["no JSON", input("streams", {}, { Payload: Buffer.from("{") }), "InvalidRequestContentException"],
    ["too much", input("streams", "x".repeat(6_291_456)), "RequestTooLargeException"],
  ])("refuses as Invoke does: %s", async (_what, command, name) => {
    await expect(lambda.send(command)).rejects.toMatchObject({ name });
  });

  it("is an ordinary refusal where the function could not be started", async () => {
    endpoint.execution.answer = () => {
      throw toolError("There are too many.", { code: "TooManyRequestsException" });
    };
    await expect(lambda.send(input("streams", {}))).rejects.toMatchObject({
      ...{ name: "TooManyRequestsException", $metadata: { httpStatusCode: 429 } },
    });
  });

  it("says in the stream what happens after its first byte", async () => {
    endpoint.execution.answer = ({ request: { receiver } }) => {
      receiver?.begin();
      receiver?.write(Buffer.from("half"));
      throw toolError("The machine broke down.", { code: "Broken" });
    };
    const { EventStream } = await lambda.send(input("streams", {}));
    expect(await new Events(EventStream).rest()).toEqual([
      "half",
      { ErrorCode: "ServiceException", ErrorDetails: "The machine broke down." },
    ]);
  });

  it("gives an error without a type as unhandled", async () => {
    endpoint.execution.answer = () => ({ payload: Buffer.from("no JSON"), functionError: "Unhandled", logTail: "" });
    const { EventStream } = await lambda.send(input("streams", {}));
    const events = await new Events(EventStream).rest();
    expect(events).toEqual([{ ErrorCode: "Unhandled", ErrorDetails: "no JSON" }]);
  });

  it("holds the function back while the caller does not read", async () => {
    let refused: (() => void) | undefined;
    const full = new Promise<void>((resolve) => {
      refused = resolve;
    });
    let written = 0;
    endpoint.execution.answer = async ({ request: { receiver } }) => {
      receiver?.begin();
      const total = 64 * 1024 * 1024;
      for (; written < total; written += 65_536) {
        const wait = receiver?.write(Buffer.alloc(65_536));
        if (wait) refused?.();
        await wait;
      }
      return { payload: Buffer.alloc(0), logTail: "" };
    };
    const { EventStream } = await lambda.send(input("streams", {}));
    await full;
    expect(written).toBeLessThan(64 * 1024 * 1024);
    let bytes = 0;
    for await (const { PayloadChunk } of EventStream ?? []) bytes += PayloadChunk?.Payload?.length ?? 0;
    expect(bytes).toBe(64 * 1024 * 1024);
  });
});
