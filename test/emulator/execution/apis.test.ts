// The Runtime API and the Extensions API over HTTP, one row for each call that AWS's core accepts or refuses.
import { randomUUID } from "node:crypto";
import { request } from "node:http";
import { connect } from "node:net";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "../../../src/emulator/apis/server.ts";
import { Extensions } from "../../../src/emulator/environment/extensions.ts";
import { invokeEvent } from "../../../src/emulator/environment/invoke-event.ts";
import { type RuntimeOutcome, RuntimeState } from "../../../src/emulator/environment/runtime-state.ts";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";

interface Answer {
  readonly status: number;
  readonly headers: NodeJS.Dict<string | string[]>;
  readonly body: string;
}

interface Call {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string | Buffer;
  readonly trailers?: Record<string, string>;
}

const snapshot = {
  ...{ functionName: "f", version: "$LATEST", handler: "index.handler", accountId: "000000000000" },
} as FunctionSnapshot;
const arn = "arn:aws:lambda:us-east-1:000000000000:function:f";

let server: ApiServer;
let runtime: RuntimeState;
let extensions: Extensions;
let outcomes: (RuntimeOutcome | { spoilt: string; text: string } | { init: string; type: string | undefined })[];
let changes: number;
/** What takes a streamed response; undefined for a caller that wants it whole. */
let take: ((chunk: Buffer) => Promise<void> | undefined) | undefined;

beforeEach(async () => {
  outcomes = [];
  changes = 0;
  take = undefined;
  const onChange = () => void changes++;
  extensions = new Extensions({ snapshot, enabled: true, onChange });
  runtime = new RuntimeState({
    onChange: () => {
      extensions.closeRegistration();
      onChange();
    },
    onOutcome: (outcome) => outcomes.push(outcome),
    onInitError: ({ body, errorType }) => outcomes.push({ init: body.toString(), type: errorType }),
    onStream: () => take,
    onSpoilt: (spoilt, text) => outcomes.push({ spoilt, text }),
  });
  server = await startApiServer(() => ({
    runtime,
    extensions,
    telemetry: { open: false, subscribe: () => false, unsubscribe: () => {} },
  }));
});
afterEach(() => server.close());

function call(path: string, { method = "GET", headers = {}, body, trailers }: Call = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`http://${server.address}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk) => chunks.push(chunk));
      response.on("end", () => {
        const { statusCode = 0, headers } = response;
        resolve({ status: statusCode, headers, body: Buffer.concat(chunks).toString() });
      });
    });
    sent.on("error", reject);
    if (trailers) {
      sent.write(body ?? "");
      sent.addTrailers(trailers);
      sent.end();
    } else sent.end(body);
  });
}

const next = () => call("/2018-06-01/runtime/invocation/next");
const post = (path: string, more: Call = {}) => call(`/2018-06-01/runtime/${path}`, { method: "POST", ...more });
const register = (name: string, body = "{}", headers: Record<string, string> = {}) =>
  call("/2020-01-01/extension/register", {
    method: "POST",
    headers: { "Lambda-Extension-Name": name, ...headers },
    body,
  });
const extensionNext = (identifier: string) =>
  call("/2020-01-01/extension/event/next", { headers: { "Lambda-Extension-Identifier": identifier } });
const report = (phase: "init" | "exit", headers: Record<string, string>) =>
  call(`/2020-01-01/extension/${phase}/error`, { method: "POST", headers });

function error(errorType: string, errorMessage: string): string {
  return `${JSON.stringify({ errorMessage, errorType })}\n`;
}

async function identifierOf(answer: Promise<Answer>): Promise<string> {
  const { status, headers } = await answer;
  expect(status).toBe(200);
  return String(headers["lambda-extension-identifier"]);
}

/** The runtime polls and gets an event. */
async function startInvocation(requestId = "id-1"): Promise<Answer> {
  const answer = next();
  await untilChange();
  give(requestId);
  return answer;
}

function give(requestId: string): void {
  const event = invokeEvent({ requestId, payload: Buffer.from("{}"), invokedFunctionArn: arn }, 1234);
  runtime.give(requestId, event.runtime);
}

async function untilChange(): Promise<void> {
  const before = changes;
  while (changes === before) await new Promise((resolve) => setImmediate(resolve));
}

test.each([
  ["an Origin", { origin: "http://page.example" }],
  ["a foreign Host", { host: "page.example" }],
])("a web page, which sends %s, gets and reports nothing", async (_, headers) => {
  const next = await call("/2018-06-01/runtime/invocation/next", { headers });
  expect([next.status, JSON.parse(next.body).errorType]).toEqual([403, "AccessDeniedException"]);
  expect((await call("/2018-06-01/runtime/init/error", { method: "POST", headers, body: "{}" })).status).toBe(403);
  expect(outcomes).toEqual([]);
});

describe("Runtime API", () => {
  test("next has the event's headers and leaves out what is empty", async () => {
    const { status, headers, body } = await startInvocation();
    expect(status).toBe(200);
    expect(body).toBe("{}");
    const names = Object.keys(headers).filter((name) => name.startsWith("lambda-"));
    expect(names.sort()).toEqual([
      "lambda-runtime-aws-request-id",
      "lambda-runtime-deadline-ms",
      "lambda-runtime-invoked-function-arn",
    ]);
    expect(headers["lambda-runtime-deadline-ms"]).toBe("1234");
    expect(headers["content-type"]).toBe("application/json");
  });

  test("next with everything that an invocation can have", async () => {
    const answer = next();
    await untilChange();
    const event = invokeEvent(
      {
        ...{ requestId: "id-1", payload: Buffer.from("x"), invokedFunctionArn: `${arn}:live` },
        ...{ clientContext: '{"a":1}', traceId: "Root=1", contentType: "text/plain" },
      },
      99,
    );
    runtime.give("id-1", event.runtime);
    expect((await answer).headers).toMatchObject({
      "content-type": "text/plain",
      "lambda-runtime-trace-id": "Root=1",
      "lambda-runtime-client-context": '{"a":1}',
      "lambda-runtime-invoked-function-arn": `${arn}:live`,
    });
    expect(JSON.parse(event.extensionBody)).toEqual({
      ...{ eventType: "INVOKE", deadlineMs: 99, requestId: "id-1", invokedFunctionArn: `${arn}:live` },
      tracing: { type: "X-Amzn-Trace-Id", value: "Root=1" },
    });
  });

  test("a response is accepted with 202, plain, chunked and with trailers that say nothing", async () => {
    await startInvocation("id-1");
    const plain = await post("invocation/id-1/response", { body: '"a"' });
    expect(plain).toMatchObject({ status: 202, body: '{"status":"OK"}\n' });
    expect(plain.headers["content-type"]).toBe("application/json");
    runtime.release();
    await startInvocation("id-2");
    const chunked = await post("invocation/id-2/response", {
      ...{ body: '"b"', headers: { Trailer: "Lambda-Runtime-Function-Error-Type", "Transfer-Encoding": "chunked" } },
      trailers: {},
    });
    expect(chunked.status).toBe(202);
    expect(outcomes).toEqual([
      { payload: Buffer.from('"a"'), failed: false },
      { payload: Buffer.from('"b"'), failed: false },
    ]);
  });

  test("a streamed response that fails in the middle carries its error in the trailers", async () => {
    await startInvocation();
    const body = JSON.stringify({ errorType: "Function.Broke", errorMessage: "x" });
    const answer = await post("invocation/id-1/response", {
      body: "half",
      headers: { "Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked" },
      trailers: {
        "Lambda-Runtime-Function-Error-Type": "Function.Broke",
        "Lambda-Runtime-Function-Error-Body": Buffer.from(body).toString("base64"),
      },
    });
    expect(answer.status).toBe(202);
    expect(outcomes).toEqual([{ payload: Buffer.from(body), failed: true }]);
  });

  test("an error is accepted, its body passed on as it is", async () => {
    await startInvocation();
    const answer = await post("invocation/id-1/error", { body: '{"errorType": "X"}' });
    expect(answer).toMatchObject({ status: 202, body: '{"status":"OK"}\n' });
    expect(outcomes).toEqual([{ payload: Buffer.from('{"errorType": "X"}'), failed: true }]);
  });

  test.each([
    [
      '{"errorMessage":"m","errorType":"t","stackTrace":[],"errorCause":{}}',
      '{"errorMessage":"m","errorType":"t","stackTrace":[]}',
    ],
    ["no json", '"Invalid error body"'],
  ])("an error with X-Ray's cause loses it on the way (%s)", async (body, expected) => {
    await startInvocation();
    await post("invocation/id-1/error", {
      body,
      headers: { "Content-Type": "application/vnd.aws.lambda.error.cause+json" },
    });
    expect(outcomes).toEqual([{ payload: Buffer.from(expected), failed: true }]);
  });

  test.each(["response", "error"])("%s with an id that is not the current one", async (kind) => {
    const refused = { status: 400, body: error("InvalidRequestID", "Invalid request ID") };
    expect(await post(`invocation/other/${kind}`)).toMatchObject(refused);
    await startInvocation();
    expect(await post(`invocation/other/${kind}`)).toMatchObject(refused);
    await post("invocation/id-1/response", { body: "1" });
    runtime.release();
    expect(await post(`invocation/id-1/${kind}`)).toMatchObject(refused);
  });

  test("a second answer, before the next next and after it", async () => {
    await startInvocation();
    await post("invocation/id-1/response", { body: "1" });
    const from = (state: string, to: string) =>
      error(
        "InvalidStateTransition",
        `State transition from ${state} to ${to} failed for runtime. Error: State transition is not allowed`,
      );
    expect(await post("invocation/id-1/response")).toMatchObject({
      ...{ status: 403, body: from("RuntimeResponseSentState", "InvocationResponse") },
    });
    expect(await post("invocation/id-1/error")).toMatchObject({
      ...{ status: 403, body: from("RuntimeResponseSentState", "InvocationErrorResponse") },
    });
    const waiting = next();
    await untilChange();
    expect(await post("invocation/id-1/response")).toMatchObject({
      status: 403,
      body: from("Ready", "InvocationResponse"),
    });
    give("id-2");
    expect((await waiting).headers["lambda-runtime-aws-request-id"]).toBe("id-2");
  });

  test("a response mode that does not exist, and the corrected second try", async () => {
    await startInvocation();
    const headers = { "Lambda-Runtime-Function-Response-Mode": "quick" };
    expect(await post("invocation/id-1/response", { headers, body: "1" })).toMatchObject({
      ...{ status: 400, body: error("InvalidFunctionResponseMode", "Invalid function response mode") },
    });
    expect(outcomes).toEqual([{ spoilt: "Runtime.InvalidResponseModeHeader", text: "Invalid function response mode" }]);
    expect((await post("invocation/id-1/response", { body: "1" })).status).toBe(403);
  });

  test("a response over 6 MiB and 100 bytes", async () => {
    await startInvocation();
    expect(await post("invocation/id-1/response", { body: Buffer.alloc(6_291_557) })).toMatchObject({
      ...{
        status: 413,
        body: error("RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes)."),
      },
    });
    const text = "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).";
    expect(outcomes).toEqual([{ spoilt: "Function.ResponseSizeTooLarge", text }]);
  });

  test("a streamed response is no exception where the caller wants it whole", async () => {
    await startInvocation();
    const headers = { "Lambda-Runtime-Function-Response-Mode": "streaming" };
    expect((await post("invocation/id-1/response", { headers, body: Buffer.alloc(6_291_557) })).status).toBe(413);
  });

  describe("to a caller that takes it as it comes", () => {
    test("larger than what is buffered, with or without the mode's header", async () => {
      for (const headers of [{ "Lambda-Runtime-Function-Response-Mode": "streaming" }, {}]) {
        let bytes = 0;
        take = (chunk) => {
          bytes += chunk.length;
          return undefined;
        };
        await startInvocation();
        expect((await post("invocation/id-1/response", { headers, body: Buffer.alloc(7_000_000) })).status).toBe(202);
        expect([bytes, runtime.progress?.producedBytes]).toEqual([7_000_000, 7_000_000]);
        runtime.release();
      }
      const empty = { payload: Buffer.alloc(0), failed: false };
      expect(outcomes).toEqual([empty, empty]);
    });

    test("a chunk is not read before the last one was taken", async () => {
      let calls = 0;
      let free = () => {};
      const first = new Promise<void>((resolve) => {
        take = () => {
          calls++;
          if (calls > 1) return undefined;
          resolve();
          return new Promise((done) => {
            free = done;
          });
        };
      });
      await startInvocation();
      const answer = post("invocation/id-1/response", { body: Buffer.alloc(1_000_000) });
      await first;
      for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
      expect(calls).toBe(1);
      free();
      expect((await answer).status).toBe(202);
      expect(calls).toBeGreaterThan(1);
    });

    test("200 MB, and no byte more", async () => {
      let bytes = 0;
      take = (chunk) => {
        bytes += chunk.length;
        return undefined;
      };
      const size = 209_715_200;
      await startInvocation();
      expect((await post("invocation/id-1/response", { body: Buffer.alloc(size) })).status).toBe(202);
      expect(bytes).toBe(size);
      runtime.release();
      bytes = 0;
      await startInvocation("id-2");
      const refused = await post("invocation/id-2/response", { body: Buffer.alloc(size + 1) });
      expect(refused).toMatchObject({
        ...{
          status: 413,
          body: error("RequestEntityTooLarge", `Exceeded maximum allowed payload size (${size} bytes).`),
        },
      });
      expect(bytes).toBe(size);
      const text = `Response payload size exceeded maximum allowed payload size (${size} bytes).`;
      expect(outcomes.at(-1)).toEqual({ spoilt: "Function.ResponseSizeTooLarge", text });
    });

    test.each([
      [
        "type and body",
        { type: "Function.Broke", body: '{"errorType":"Function.Broke"}' },
        '{"errorType":"Function.Broke"}',
      ],
      ["a type alone", { type: "Function.Broke" }, '{"errorType":"Function.Broke"}'],
      ["a body alone", { body: '{"errorMessage":"x"}' }, '{"errorMessage":"x"}'],
    ])(
      "fails in the middle, with %s in its trailers",
      async (_what, { type, body }: { type?: string; body?: string }, expected) => {
        const taken: string[] = [];
        take = (chunk) => void taken.push(chunk.toString());
        await startInvocation();
        const answer = await post("invocation/id-1/response", {
          body: "half",
          headers: { "Transfer-Encoding": "chunked" },
          trailers: {
            ...(type && { "Lambda-Runtime-Function-Error-Type": type }),
            ...(body && { "Lambda-Runtime-Function-Error-Body": Buffer.from(body).toString("base64") }),
          },
        });
        expect([answer.status, taken]).toEqual([202, ["half"]]);
        expect(outcomes).toEqual([{ payload: Buffer.from(expected), failed: true }]);
      },
    );

    test("is cut off", async () => {
      let taken = () => {};
      const first = new Promise<void>((resolve) => {
        taken = resolve;
      });
      take = () => void taken();
      await startInvocation();
      const [host = "", port] = server.address.split(":");
      const socket = connect(Number(port), host);
      const head =
        "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n";
      socket.write(`${head}half`);
      await first;
      socket.destroy();
      while (outcomes.length === 0) await new Promise((resolve) => setImmediate(resolve));
      expect(outcomes).toEqual([expect.objectContaining({ spoilt: "Runtime.TruncatedResponse" })]);
    });
  });

  test("a response that is cut off", async () => {
    await startInvocation();
    const [host = "", port] = server.address.split(":");
    const socket = connect(Number(port), host);
    socket.write(
      "POST /2018-06-01/runtime/invocation/id-1/response HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf",
    );
    while (runtime.state !== "InvocationResponse") await new Promise((resolve) => setImmediate(resolve));
    socket.destroy();
    while (outcomes.length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual([expect.objectContaining({ spoilt: "Runtime.TruncatedResponse" })]);
  });

  test("next again while the invocation is unanswered gives the same event at once", async () => {
    await startInvocation("id-1");
    expect((await next()).headers["lambda-runtime-aws-request-id"]).toBe("id-1");
    expect((await post("invocation/id-1/response", { body: "1" })).status).toBe(202);
  });

  test("a poll that its client gave up does not swallow the event", async () => {
    const abandoned = new AbortController();
    const dropped = new Promise((resolve) => {
      const sent = request(`http://${server.address}/2018-06-01/runtime/invocation/next`, { signal: abandoned.signal });
      sent.on("error", resolve);
      sent.end();
    });
    await untilChange();
    abandoned.abort();
    await dropped;
    const answer = next();
    await untilChange();
    give("id-1");
    expect((await answer).headers["lambda-runtime-aws-request-id"]).toBe("id-1");
  });

  test.each([
    ["Runtime.ImportModuleError", "Runtime.ImportModuleError"],
    ["Function.Mine", "Function.Mine"],
    ["Function.", "Function.Unknown"],
    ["whatever", "Runtime.Unknown"],
    [undefined, "Runtime.Unknown"],
  ])("init/error with type %s is recorded as %s", async (sent, recorded) => {
    const headers: Record<string, string> = sent ? { "Lambda-Runtime-Function-Error-Type": sent } : {};
    expect(await post("init/error", { headers, body: "{}" })).toMatchObject({ status: 202, body: '{"status":"OK"}\n' });
    expect(outcomes).toEqual([{ init: "{}", type: recorded }]);
  });

  test("init/error after INIT", async () => {
    await startInvocation();
    const text =
      "State transition from Running to InitError failed for runtime. Error: State transition is not allowed";
    expect(await post("init/error")).toMatchObject({ status: 403, body: error("InvalidStateTransition", text) });
  });

  test("next after init/error", async () => {
    await post("init/error");
    expect((await next()).status).toBe(403);
  });

  test.each([
    ["GET", "/2018-06-01/ping", 200, "pong"],
    ["GET", "/2018-06-01/runtime/restore/next", 404, "404 page not found\n"],
    ["POST", "/2018-06-01/runtime/invocation/next", 404, "404 page not found\n"],
    ["POST", "/2018-06-01/runtime/invocation/id/response/more", 404, "404 page not found\n"],
    ["GET", "/2019-01-01/runtime/invocation/next", 404, "404 page not found\n"],
  ])("%s %s", async (method, path, status, body) => {
    const answer = await call(path, { method });
    expect(answer).toMatchObject({ status, body });
    expect(answer.headers["content-type"]).toMatch(/^text\/plain/);
  });
});

describe("Extensions API", () => {
  test("register answers with what the function is, and an identifier", async () => {
    extensions.addExternal("one");
    const answer = await register("one", '{"events":["INVOKE","SHUTDOWN"]}', {
      "Lambda-Extension-Accept-Feature": "x, accountId",
    });
    expect(JSON.parse(answer.body)).toEqual({
      ...{ functionName: "f", functionVersion: "$LATEST", handler: "index.handler", accountId: "000000000000" },
    });
    expect(answer.headers["lambda-extension-identifier"]).toMatch(/^[0-9a-f-]{36}$/);
  });

  test.each(["{}", '{"events":[]}', '{"events":null}', '{"configurationKeys":[]}'])(
    "register with %s asks for nothing",
    async (body) => {
      const answer = await register("internal", body);
      expect(answer.status).toBe(200);
      expect(JSON.parse(answer.body)).not.toHaveProperty("accountId");
    },
  );

  test.each([
    ["no name", "", "{}", "Extension.InvalidExtensionName", "Empty extension name"],
    ["an unknown event", "one", '{"events":["BOGUS"]}', "Extension.InvalidEventType", "BOGUS: ErrorInvalidEventType"],
    [
      "SHUTDOWN for an internal one",
      "internal",
      '{"events":["INVOKE","SHUTDOWN"]}',
      "Extension.InvalidEventType",
      "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension",
    ],
  ])("register with %s", async (_what, name, body, type, message) => {
    extensions.addExternal("one");
    expect(await register(name, body)).toMatchObject({ status: 403, body: error(type, message) });
  });

  test.each(["no json", '["INVOKE"]', '{"events":"INVOKE"}', '{"configurationKeys":["a"]}'])(
    "register with the body %s",
    async (body) => {
      const answer = await register("one", body);
      expect(answer.status).toBe(403);
      expect(JSON.parse(answer.body).errorType).toBe("InvalidRequestFormat");
    },
  );

  test("a second register, an internal clash, and a late one", async () => {
    extensions.addExternal("one");
    await register("one");
    const twice =
      "State transition from Registered to Registered failed for extension one. Error: State transition is not allowed";
    expect(await register("one")).toMatchObject({ status: 403, body: error("Extension.InvalidExtensionState", twice) });
    await register("internal");
    expect(await register("internal")).toMatchObject({
      ...{ status: 403, body: error("Extension.InvalidExtensionState", "Extension with this name already registered") },
    });
    void next().catch(() => {});
    await untilChange();
    expect(await register("late")).toMatchObject({
      ...{ status: 403, body: error("Extension.RegistrationClosed", "Extension registration closed already") },
    });
  });

  test("an eleventh internal extension", async () => {
    for (let i = 0; i < 10; i++) expect((await register(`internal${i}`)).status).toBe(200);
    expect(await register("internal10")).toMatchObject({
      ...{ status: 403, body: error("Extension.TooManyExtensions", "Extension limit (10) reached") },
    });
  });

  const unknown = randomUUID();
  test.each([
    ["without an identifier", {}, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"],
    [
      "with one that is no UUID",
      { "Lambda-Extension-Identifier": "x" },
      "Extension.InvalidExtensionIdentifier",
      "Invalid Lambda-Extension-Identifier",
    ],
    [
      "with one that nobody has",
      { "Lambda-Extension-Identifier": unknown },
      "Extension.UnknownExtensionIdentifier",
      `Unknown extension ${unknown}`,
    ],
  ])("next %s", async (_what, headers: Record<string, string>, type, message) => {
    const answer = await call("/2020-01-01/extension/event/next", { headers });
    expect(answer).toMatchObject({ status: 403, body: error(type, message) });
  });

  test.each(["init", "exit"] as const)(
    "%s/error without an identifier, with an unknown one, without a type",
    async (phase) => {
      expect(JSON.parse((await report(phase, {})).body).errorType).toBe("Extension.MissingExtensionIdentifier");
      expect(await report(phase, { "Lambda-Extension-Identifier": unknown })).toMatchObject({
        ...{ status: 403, body: error("Extension.UnknownExtensionIdentifier", "Unknown Lambda-Extension-Identifier") },
      });
      const identifier = await identifierOf(register("internal"));
      expect(await report(phase, { "Lambda-Extension-Identifier": identifier })).toMatchObject({
        ...{ status: 403, body: error("Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found") },
      });
    },
  );

  test("init/error is accepted once registered, and again, and nothing else afterwards", async () => {
    const identifier = await identifierOf(register("internal"));
    const headers = {
      "Lambda-Extension-Identifier": identifier,
      "Lambda-Extension-Function-Error-Type": "Extension.Bad",
    };
    expect(await report("init", headers)).toMatchObject({ status: 202, body: '{"status":"OK"}\n' });
    expect((await report("init", headers)).status).toBe(202);
    const refused = (to: string) =>
      `State transition from InitError to ${to} failed for extension internal. Error: State transition is not allowed`;
    expect(await report("exit", headers)).toMatchObject({
      ...{ status: 403, body: error("Extension.InvalidExtensionState", refused("ExitError")) },
    });
    expect(await extensionNext(identifier)).toMatchObject({
      ...{ status: 403, body: error("Extension.InvalidExtensionState", refused("Ready")) },
    });
    expect(extensions.reported).toBe("Extension.InitError");
  });

  test("init/error is refused once it is on next, and a second next as well", async () => {
    const identifier = await identifierOf(register("internal"));
    void extensionNext(identifier).catch(() => {});
    await untilChange();
    const refused = (to: string) =>
      `State transition from Ready to ${to} failed for extension internal. Error: State transition is not allowed`;
    const headers = {
      "Lambda-Extension-Identifier": identifier,
      "Lambda-Extension-Function-Error-Type": "Extension.Bad",
    };
    expect(await report("init", headers)).toMatchObject({
      ...{ status: 403, body: error("Extension.InvalidExtensionState", refused("InitError")) },
    });
    expect(await extensionNext(identifier)).toMatchObject({
      ...{ status: 403, body: error("Extension.InvalidExtensionState", refused("Ready")) },
    });
    expect((await report("exit", headers)).status).toBe(202);
  });

  test("an event has its own identifier; SHUTDOWN has none", async () => {
    const extension = extensions.addExternal("one");
    const identifier = await identifierOf(register("one", '{"events":["INVOKE","SHUTDOWN"]}'));
    extension.give({
      headers: { "Content-Type": "application/json", "Lambda-Extension-Event-Identifier": "e" },
      body: '{"a":1}',
    });
    const answer = await extensionNext(identifier);
    expect(answer).toMatchObject({ status: 200, body: '{"a":1}' });
    expect(answer.headers["lambda-extension-event-identifier"]).toBe("e");
  });

  test("where extensions are switched off there are no routes", async () => {
    extensions = new Extensions({ snapshot, enabled: false, onChange: () => {} });
    expect(await register("one")).toMatchObject({ status: 404, body: "" });
  });

  test("an unknown call", async () => {
    expect((await call("/2020-01-01/extension/other")).status).toBe(404);
  });
});

test("without a generation of processes the answer is 500", async () => {
  const empty = await startApiServer(() => undefined);
  const answer = await fetch(`http://${empty.address}/2018-06-01/runtime/invocation/next`);
  expect(answer.status).toBe(500);
  await empty.close();
});
