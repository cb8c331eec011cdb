// The caller's side and the log lines: sections 6.1 and 6.2 of the contract.
import { answered, uuid } from "../expect.ts";
import type { Pattern } from "../pattern.ts";
import type { Scene } from "../row.ts";
import { next, respond, serve, wellBehaved } from "../steps.ts";

const serviceError = (status: number, type: string, message: Pattern): Pattern => ({
  ...{ status, headers: { "x-amzn-errortype": { $like: `^${type}` } } },
  body: { $json: { $any: [{ Message: message }, { message }] } },
});
const ignored = { differs: "6.2/headers", is: { status: 200 } } as const;
const wrongName = { differs: "6.2/name-fixed", is: { status: 404 } } as const;
const noHeaders = (body: string) => ({
  differs: "6.2/headers",
  is: {
    status: 200,
    headers: { "x-amz-executed-version": { $absent: true }, "x-amzn-requestid": { $absent: true } },
    body,
  } as Pattern,
});
const front = "its front end is not AWS's (6.2): it takes no other name, type or method into account";

export const invokeScenes: readonly Scene[] = [
  {
    name: "invoke",
    extensions: { one: wellBehaved },
    runtime: [next("first"), { say: "the function says this\n" }, respond('{"a":1}'), serve],
    acts: [
      { invoke: '{"x":1}', as: "first" },
      { invoke: '"warm"', as: "warm", headers: { "X-Amz-Log-Type": "None" } },
    ],
    rows: [
      { id: "6.2/synchronous", look: "answer.first", is: answered('{"a":1}'), rie: noHeaders('{"a":1}') },
      {
        ...{ id: "6.2/request-id", look: "answer.first", is: { headers: { "x-amzn-requestid": uuid } } },
        rie: noHeaders('{"a":1}'),
      },
      {
        id: "6.2/trace-id",
        look: "answer.first",
        is: { headers: { "x-amzn-trace-id": { $like: "^Root=1-" } } },
        rie: { differs: "6.2/headers", is: { headers: { "x-amzn-trace-id": { $absent: true } } } },
      },
      {
        id: "6.2/log-result",
        look: "answer.first",
        is: { headers: { "x-amz-log-result": { $like: "^[A-Za-z0-9+/]{40,}=*$" } } },
        rie: { differs: "6.2/headers", is: { headers: { "x-amz-log-result": { $absent: true } } } },
      },
      {
        id: "6.2/log-result: only when asked for",
        look: "answer.warm",
        is: { status: 200, headers: { "x-amz-log-result": { $absent: true } } },
      },
      {
        id: "6.1/order",
        look: "log",
        is: {
          $order: [
            { $like: "^INIT_START" },
            { $like: "^EXTENSION" },
            { $like: "^START" },
            "the function says this",
            { $like: "^END" },
            { $like: "^REPORT" },
          ],
        },
        rie: {
          differs: "6.1/lines",
          is: { $order: [{ $like: "^START" }, "the function says this", { $like: "^END" }, { $like: "^REPORT" }] },
        },
      },
      {
        id: "6.1/init-start",
        look: "log",
        is: { $has: [{ $like: "^INIT_START Runtime Version: \\S+" }] },
        rie: { differs: "6.1/lines", is: { $lacks: { $like: "^INIT_START" } } },
      },
      {
        id: "6.1/extension",
        look: "log",
        is: { $has: ["EXTENSION\tName: one\tState: Ready\tEvents: [INVOKE, SHUTDOWN]"] },
        rie: { differs: "6.1/lines", is: { $lacks: { $like: "^EXTENSION" } } },
      },
      {
        id: "6.1/start",
        look: "log",
        is: { $has: [{ $like: "^START RequestId: [0-9a-f-]{36} Version: \\$LATEST$" }] },
      },
      { id: "6.1/end", look: "log", is: { $has: [{ $like: "^END RequestId: [0-9a-f-]{36}$" }] } },
      {
        ...{ id: "6.1/report", look: "log" },
        is: {
          $has: [
            {
              $like:
                "^REPORT RequestId: [0-9a-f-]{36}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 512 MB\tMax Memory Used: \\d+ MB\tInit Duration: \\d+\\.\\d\\d ms\t$",
            },
          ],
        },
        rie: {
          differs: "8/report",
          is: {
            $has: [
              {
                $like:
                  "^REPORT RequestId: [0-9a-f-]{36}\tInit Duration: \\d+\\.\\d\\d ms\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 512 MB\tMax Memory Used: 512 MB\t$",
              },
            ],
          },
        },
      },
      {
        ...{ id: "6.1/report: warm", look: "log" },
        is: {
          $has: [
            {
              $like:
                "^REPORT RequestId: [0-9a-f-]{36}\tDuration: \\d+\\.\\d\\d ms\tBilled Duration: \\d+ ms\tMemory Size: 512 MB\tMax Memory Used: \\d+ MB\t$",
            },
          ],
        },
      },
    ],
  },
  {
    name: "one-id",
    runtime: [next("first"), respond("1"), serve],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        ...{ id: "7.13/one-request-id", look: "ids", is: [uuid] },
        rie: { differs: "8/ids", is: [uuid, uuid] },
      },
    ],
  },
  {
    name: "xray",
    acts: [
      {
        invoke: "1",
        as: "first",
        headers: { "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
      },
    ],
    rows: [
      {
        id: "6.1/xray",
        look: "log",
        is: { $order: [{ $like: "^REPORT" }, { $like: "^XRAY TraceId: 1-5759e988-bd862e3fe1be46a994272793\t" }] },
        rie: { differs: "6.1/lines", is: { $lacks: { $like: "^XRAY" } } },
      },
    ],
  },
  {
    name: "invoke-types",
    runtime: [{ loop: [next("event"), respond("{payload}")] }],
    acts: [
      { invoke: "1", as: "dry", headers: { "X-Amz-Invocation-Type": "DryRun" } },
      { invoke: '"later"', as: "event", headers: { "X-Amz-Invocation-Type": "Event" } },
      { wait: 600 },
      { invoke: "not json", as: "noJson" },
      { invoke: "", as: "empty" },
      { invoke: "1", as: "bogusType", headers: { "X-Amz-Invocation-Type": "Bogus" } },
      { invoke: "1", as: "badContext", headers: { "X-Amz-Client-Context": "%%%" } },
      { invoke: "", bytes: 6_291_457, as: "tooLarge" },
      { invoke: "", bytes: 6_291_456, as: "largest" },
      { invoke: "1", as: "unknown", name: "no-such-function" },
      { invoke: "1", as: "qualified", query: "?Qualifier=$LATEST" },
      { invoke: "1", as: "noVersion", query: "?Qualifier=7" },
      { invoke: "1", as: "stream", stream: true },
    ],
    rows: [
      { id: "6.2/dry-run", look: "answer.dry", is: { status: 204, body: "" }, rie: ignored },
      { id: "6.2/event", look: "answer.event", is: { status: 202, body: "" }, rie: ignored },
      { id: "6.2/event: it is run", look: "bootstrap.event*", is: { $has: [{ body: '"later"' }] } },
      {
        id: "6.2/no-json",
        look: "answer.noJson",
        is: serviceError(400, "InvalidRequestContentException", { $like: "^Could not parse request body into json" }),
        rie: { differs: "6.2/no-validation", is: { status: 200, body: "not json" } },
      },
      {
        id: "6.2/empty-body",
        look: "bootstrap.event*",
        is: { $has: [{ body: "{}" }] },
        rie: { differs: "6.2/no-validation", is: { $has: [{ body: "" }] } },
      },
      { id: "6.2/invalid-type", look: "answer.bogusType", is: { status: 400 }, rie: ignored },
      {
        id: "6.2/invalid-context",
        look: "answer.badContext",
        is: serviceError(400, "InvalidRequestContentException", { $like: "Client context" }),
        rie: { differs: "6.2/no-validation", is: { status: 500 } },
      },
      {
        id: "1.5/request-too-large",
        look: "answer.tooLarge",
        is: serviceError(
          413,
          "RequestTooLargeException",
          "6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)",
        ),
        rie: { notJudged: front },
      },
      { id: "1.5/request-largest", look: "answer.largest", is: { status: 200 } },
      {
        id: "6.2/not-found",
        look: "answer.unknown",
        is: serviceError(404, "ResourceNotFoundException", { $like: "^Function not found: arn:aws:lambda:" }),
        rie: wrongName,
      },
      {
        id: "6.2/not-found: version",
        look: "answer.noVersion",
        is: serviceError(404, "ResourceNotFoundException", { $like: "^Function not found: arn:aws:lambda:" }),
        rie: { notJudged: front },
      },
      {
        id: "1.2/arn: with its qualifier",
        look: "bootstrap.event*",
        is: { $has: [{ headers: { "lambda-runtime-invoked-function-arn": { $like: ":invoke-types:\\$LATEST$" } } }] },
        rie: { notJudged: front },
      },
      {
        id: "6.2/stream",
        look: "answer.stream",
        is: {
          status: 200,
          headers: { "content-type": "application/vnd.amazon.eventstream" },
          body: { $like: "PayloadChunk[\\s\\S]*InvokeComplete" },
        },
        rie: { notJudged: "it has no such operation (1.5)" },
      },
    ],
  },
  {
    name: "invoke-event-too-large",
    acts: [
      { invoke: "", bytes: 1_048_577, as: "tooLarge", headers: { "X-Amz-Invocation-Type": "Event" } },
      { invoke: "1", as: "first" },
    ],
    rows: [{ id: "1.5/event-too-large", look: "answer.tooLarge", is: { status: 413 }, rie: { notJudged: front } }],
  },
  {
    name: "throttled",
    runtime: [{ loop: [next(), { wait: 600 }, respond("{payload}")] }],
    acts: [{ invoke: '"a"', as: "a", aside: true }, { wait: 100 }, { invoke: '"b"', as: "b" }],
    rows: [
      {
        ...{ id: "6.2/throttled", look: "answer.b" },
        is: {
          ...{ status: 429, headers: { "x-amzn-errortype": { $like: "^TooManyRequestsException" } } },
          body: { $json: { Reason: "ReservedFunctionConcurrentInvocationLimitExceeded" } },
        },
        rie: { notJudged: "it dies of it, as the contract says" },
      },
    ],
  },
  {
    name: "overlapping",
    concurrency: 2,
    runtime: [{ loop: [next(), { wait: 150 }, respond("{payload}")] }],
    acts: [{ invoke: '"a"', as: "a", aside: true }, { invoke: '"b"', as: "b", aside: true }, { wait: 10 }],
    rows: [
      {
        id: "7.16/overlapping: the first",
        look: "answer.a",
        is: { status: 200, body: '"a"' },
        rie: { notJudged: "it dies of it, as the contract says" },
      },
      {
        id: "7.16/overlapping: the second",
        look: "answer.b",
        is: { status: 200, body: '"b"' },
        rie: { notJudged: "it dies of it, as the contract says" },
      },
    ],
  },
  {
    name: "streaming",
    runtime: [
      next(),
      respond("streamed", {
        ...{ chunked: true, headers: { "Lambda-Runtime-Function-Response-Mode": "streaming" }, as: "streamed" },
      }),
      next(),
      respond("half", {
        ...{
          chunked: true,
          headers: { "Lambda-Runtime-Function-Response-Mode": "streaming", "Content-Type": "application/octet-stream" },
          as: "broken",
        },
        trailers: {
          "Lambda-Runtime-Function-Error-Type": "Function.Broke",
          "Lambda-Runtime-Function-Error-Body": Buffer.from(
            '{"errorType":"Function.Broke","errorMessage":"x"}',
          ).toString("base64"),
        },
      }),
      next(),
      respond(`{"statusCode":201,"headers":{"a":"b"},"cookies":[]}${"\0".repeat(8)}payload`, {
        chunked: true,
        headers: {
          "Lambda-Runtime-Function-Response-Mode": "streaming",
          "Content-Type": "application/vnd.awslambda.http-integration-response",
        },
        as: "prelude",
      }),
      serve,
    ],
    acts: [
      { invoke: "1", as: "streamed", stream: true },
      { invoke: "1", as: "broken", stream: true },
      { invoke: "1", as: "prelude", stream: true },
    ],
    rows: [
      { id: "1.5/streaming-mode", look: "bootstrap.streamed", is: { status: 202 } },
      {
        id: "1.5/streaming-mode: to the caller",
        look: "answer.streamed",
        is: { body: { $like: "PayloadChunk[\\s\\S]*streamed[\\s\\S]*InvokeComplete" } },
        rie: { notJudged: "it buffers (1.5)" },
      },
      { id: "1.5/mid-stream-failure", look: "bootstrap.broken", is: { status: 202 } },
      {
        id: "1.5/mid-stream-failure: to the caller",
        look: "answer.broken",
        is: { body: { $like: "half[\\s\\S]*InvokeComplete[\\s\\S]*Function\\.Broke" } },
        rie: { notJudged: "it buffers (1.5)" },
      },
      {
        id: "1.5/http-prelude",
        look: "answer.prelude",
        is: { body: { $like: '"statusCode":201[\\s\\S]*\\u0000{8}payload' } },
        rie: { notJudged: "it buffers (1.5)" },
      },
    ],
  },
];
