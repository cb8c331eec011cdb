// The APIs over HTTP, in what the conformance suite does not show: web pages, streams to a caller, polls that were given up.
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
function error(errorType: string, errorMessage: string): string {
  return `${JSON.stringify({ errorMessage, errorType })}\n`;
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
  ["a browser's mark", { "sec-fetch-site": "cross-site" }],
])("a web page, which sends %s, gets and reports nothing", async (_, headers) => {
  const next = await call("/2018-06-01/runtime/invocation/next", { headers });
  expect([next.status, JSON.parse(next.body).errorType]).toEqual([403, "AccessDeniedException"]);
  expect((await call("/2018-06-01/runtime/init/error", { method: "POST", headers, body: "{}" })).status).toBe(403);
  expect(outcomes).toEqual([]);
});

describe("Runtime API", () => {
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

  test("an error with as long an X-Ray cause as clients send", async () => {
    await startInvocation();
    const headers = { "lambda-runtime-function-xray-error-cause": "x".repeat(1024 * 1024 - 1) };
    expect((await post("invocation/id-1/error", { headers, body: "{}" })).status).toBe(202);
    expect(outcomes).toHaveLength(1);
  });

  test("a streamed response that fails in the middle carries its error in the trailers", async () => {
    await startInvocation();
    const body = JSON.stringify({ errorType: "TypeError", errorMessage: "x" });
    const answer = await post("invocation/id-1/response", {
      body: "half",
      headers: { "Lambda-Runtime-Function-Response-Mode": "streaming", "Transfer-Encoding": "chunked" },
      trailers: {
        "Lambda-Runtime-Function-Error-Type": "TypeError",
        "Lambda-Runtime-Function-Error-Body": Buffer.from(body).toString("base64"),
      },
    });
    expect(answer.status).toBe(202);
    expect(outcomes).toEqual([{ payload: Buffer.from(body), failed: true }]);
    // What the platform's events say of it.
    expect(runtime.progress?.errorType).toBe("Runtime.Unknown");
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
});

test("without a generation of processes the answer is 500", async () => {
  const empty = await startApiServer(() => undefined);
  const answer = await fetch(`http://${empty.address}/2018-06-01/runtime/invocation/next`);
  expect(answer.status).toBe(500);
  await empty.close();
});
