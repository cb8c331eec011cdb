// Invocations: byte for byte, once, and with an error that a person can read.
import { afterEach, describe, expect, it } from "vitest";
import { onlyFunction } from "../../src/functions/choose.ts";
import { describeFunctionError } from "../../src/functions/function-error.ts";
import { type InvocationWish, invoke } from "../../src/functions/invoke.ts";
import {
  type Answer,
  type FaultServer,
  fastPace,
  refuse,
  type SeenRequest,
  startFaultServer,
} from "../support/fault-server.ts";

let server: FaultServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

async function call(answer: (request: SeenRequest) => Answer, wish: Partial<InvocationWish> = {}) {
  server = await startFaultServer(answer);
  return await invoke(server.connect({ pace: fastPace() }), {
    region: "eu-west-1",
    name: "demo",
    payload: Buffer.from("{}"),
    type: "sync",
    log: false,
    ...wish,
  });
}

describe("invoke", () => {
  it("says when it is interrupted that the function is not", async () => {
    const controller = new AbortController();
    server = await startFaultServer(() => {
      controller.abort();
      return "hang";
    });
    const connection = server.connect({ signal: controller.signal });
    const wish = { region: "eu-west-1", name: "demo", payload: Buffer.from("{}"), type: "sync", log: false } as const;
    await expect(invoke(connection, wish)).rejects.toMatchObject({
      ...{ kind: "interrupted", code: "Interrupted", hint: expect.stringContaining("it runs on to its end") },
    });
  });

  it("sends and gives back the bytes as they are", async () => {
    const answer = await call(
      () => ({
        status: 200,
        headers: {
          "x-amz-executed-version": "7",
          "x-amzn-requestid": "request-1",
          "x-amz-log-result": Buffer.from("START\nEND é\n").toString("base64"),
        },
        body: ' {"a" :1}\n',
      }),
      { payload: Buffer.from(' { "x": 1 }'), log: true, qualifier: "live" },
    );
    expect(server?.seen[0]?.body.toString()).toBe(' { "x": 1 }');
    expect(server?.seen[0]?.headers["x-amz-log-type"]).toBe("Tail");
    expect(server?.seen[0]?.query.get("Qualifier")).toBe("live");
    expect(Buffer.from(answer.payload).toString()).toBe(' {"a" :1}\n');
    expect(answer).toMatchObject({
      statusCode: 200,
      executedVersion: "7",
      requestId: "request-1",
      log: "START\nEND é\n",
      functionError: undefined,
    });
  });

  it.each([
    ["async", "Event", 202],
    ["dry-run", "DryRun", 204],
  ] as const)("says %s as %s", async (type, header, status) => {
    const answer = await call(() => ({ status }), { type });
    expect(server?.seen[0]?.headers["x-amz-invocation-type"]).toBe(header);
    expect(answer.statusCode).toBe(status);
  });

  it.each([
    ["a lost answer", "reset" as const, "ConnectionLost"],
    ["a failure of Lambda's", refuse(500, "ServiceException", "x"), "ServiceError"],
    ["throttling", refuse(429, "TooManyRequestsException", "Rate exceeded"), "Throttled"],
  ])("never repeats after %s", async (_, answer, code) => {
    await expect(call(() => answer)).rejects.toMatchObject({ code });
    expect(server?.seen).toHaveLength(1);
  });

  it("doesn't say to run it again where it may have run", async () => {
    await expect(call(() => "reset")).rejects.toMatchObject({ hint: expect.stringContaining("may have run") });
  });

  it("waits for a function that is still Pending", async () => {
    let looks = 0;
    const shape = (State: string) => ({ FunctionName: "demo", FunctionArn: "arn", State });
    const answer = await call(({ method }) => {
      if (method === "GET") return { status: 200, body: { Configuration: shape(++looks < 3 ? "Pending" : "Active") } };
      return looks === 0
        ? refuse(409, "ResourceConflictException", "The function is currently in the following state: Pending")
        : { status: 200, body: "1" };
    });
    expect(Buffer.from(answer.payload).toString()).toBe("1");
    expect(looks).toBe(3);
  });

  it("refuses more than six megabytes before sending", async () => {
    await expect(call(() => "hang", { payload: Buffer.alloc(6_291_457) })).rejects.toMatchObject({
      code: "PayloadTooLarge",
      kind: "usage",
    });
    expect(server?.seen).toHaveLength(0);
  });

  it("names the mend for a payload that is not JSON", async () => {
    const refusal = refuse(400, "InvalidRequestContentException", "Could not parse request body into json");
    await expect(call(() => refusal)).rejects.toMatchObject({ hint: expect.stringMatching(/text needs its quotes/) });
  });
});

describe("describeFunctionError", () => {
  it.each([
    [
      "Node.js",
      {
        errorType: "TypeError",
        errorMessage: "x is undefined",
        trace: ["TypeError: x is undefined", "    at handler (/var/task/index.mjs:1:2)"],
      },
      "TypeError: x is undefined\n    at handler (/var/task/index.mjs:1:2)",
    ],
    [
      "Python",
      {
        errorMessage: "no",
        errorType: "ValueError",
        requestId: "r",
        stackTrace: ['  File "/var/task/app.py", line 1, in handler\n    raise\n'],
      },
      'ValueError: no\n    File "/var/task/app.py", line 1, in handler\n    raise',
    ],
    [
      "a time-out",
      { errorMessage: "2026 Task timed out after 3.00 seconds" },
      "2026 Task timed out after 3.00 seconds",
    ],
  ])("reads %s", (_, payload, text) => {
    expect(describeFunctionError(Buffer.from(JSON.stringify(payload)))).toBe(text);
  });

  it.each(['"text"', "not json", "null", '{"a":1}'])("leaves %s as it is", (text) => {
    expect(describeFunctionError(Buffer.from(text))).toBe(text);
  });

  it("cuts a long stack", () => {
    const trace = Array.from({ length: 40 }, (_, line) => `at ${line}`);
    const text = describeFunctionError(Buffer.from(JSON.stringify({ errorType: "E", trace })));
    expect(text.split("\n")).toHaveLength(6);
  });
});

describe("onlyFunction", () => {
  async function choose(...names: string[]) {
    server = await startFaultServer(() => ({
      status: 200,
      body: { Functions: names.map((FunctionName) => ({ FunctionName })) },
    }));
    return await onlyFunction(server.connect(), "eu-west-1");
  }

  it("takes the only one", async () => {
    expect(await choose("demo")).toEqual({ name: "demo", region: "eu-west-1" });
  });

  it("asks which of several", async () => {
    await expect(choose("a", "b")).rejects.toMatchObject({
      code: "NoFunctionNamed",
      message: "There are several functions in eu-west-1: a, b",
    });
  });

  it("says that there is none", async () => {
    await expect(choose()).rejects.toMatchObject({ message: "There is no function in eu-west-1." });
  });
});
