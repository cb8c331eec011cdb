// The Runtime API's calls and headers: sections 1.1 to 1.3 and 1.6 of the contract.
import { accepted, answered, functionError, runtimeTransition, uuid } from "../expect.ts";
import type { Pattern } from "../pattern.ts";
import type { Scene } from "../row.ts";
import { fail, next, post, respond, serve } from "../steps.ts";

const notFound: Pattern = {
  status: 404,
  headers: { "content-type": { $like: "^text/plain" } },
  body: "404 page not found\n",
};
const contentTypeLost = "8/content-type";

const errorTypes: readonly (readonly [sent: string | undefined, recorded: string])[] = [
  ["Runtime.ImportModuleError", "Runtime.ImportModuleError"],
  ["Function.Mine", "Function.Mine"],
  ["Function.", "Function.Unknown"],
  ["whatever", "Runtime.Unknown"],
  [undefined, "Runtime.Unknown"],
];

export const runtimeScenes: readonly Scene[] = [
  {
    name: "runtime-calls",
    runtime: [
      { call: "GET /2018-06-01/ping", as: "ping" },
      { call: "GET /2018-06-01/runtime/restore/next", as: "restoreNext" },
      { call: "POST /2018-06-01/runtime/restore/error", as: "restoreError" },
      { call: "GET /2018-06-01/runtime/other", as: "otherPath" },
      { call: "POST /2018-06-01/runtime/invocation/next", as: "otherMethod" },
      { call: "GET /2019-01-01/runtime/invocation/next", as: "otherVersion" },
      next("first"),
      respond('{"plain":true}', { as: "response" }),
      next("second"),
      fail('{"errorMessage":"m","errorType":"T","stackTrace":["a"],"more":{"x":1}}', { as: "error" }),
      next("third"),
      respond('{"chunked":true}', {
        ...{ chunked: true, trailers: { "Lambda-Runtime-Function-Error-Type": "" }, as: "chunked" },
      }),
      next("fourth"),
      fail("", { as: "emptyError" }),
      serve,
    ],
    acts: [
      { invoke: '{"a": 1.0,  "ü":"\\u00fc"}', as: "first" },
      {
        ...{ invoke: "{}", as: "second" },
        headers: {
          "X-Amz-Client-Context": Buffer.from('{"custom":{"a":"b"}}').toString("base64"),
          "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        },
      },
      { invoke: "{}", as: "third" },
      { invoke: "{}", as: "fourth" },
    ],
    rows: [
      { id: "1.1/next", look: "bootstrap.first", is: { status: 200, body: '{"a": 1.0,  "ü":"\\u00fc"}' } },
      { id: "1.1/response", look: "bootstrap.response", is: accepted },
      { id: "1.1/error", look: "bootstrap.error", is: accepted },
      { id: "1.1/error: without a body", look: "bootstrap.emptyError", is: accepted },
      { id: "1.1/ping", look: "bootstrap.ping", is: { status: 200, body: "pong" } },
      { id: "1.1/restore-next", look: "bootstrap.restoreNext", is: notFound },
      { id: "1.1/restore-error", look: "bootstrap.restoreError", is: notFound },
      { id: "1.1/unknown-path", look: "bootstrap.otherPath", is: notFound },
      { id: "1.1/unknown-path: version", look: "bootstrap.otherVersion", is: notFound },
      {
        ...{ id: "1.1/unknown-path: method", look: "bootstrap.otherMethod", is: notFound },
        rie: { notJudged: "its router answers 405 without a body; the contract has no line on methods" },
      },
      { id: "1.2/request-id", look: "bootstrap.first", is: { headers: { "lambda-runtime-aws-request-id": uuid } } },
      {
        ...{ id: "1.2/deadline", look: "bootstrap.first" },
        is: { headers: { "lambda-runtime-deadline-ms": { $like: "^\\d{13}$" } } },
      },
      {
        ...{ id: "1.2/arn", look: "bootstrap.first" },
        is: {
          headers: {
            "lambda-runtime-invoked-function-arn": {
              $like: "^arn:aws:lambda:us-east-1:\\d{12}:function:runtime-calls$",
            },
          },
        },
      },
      {
        ...{ id: "1.2/trace-id", look: "bootstrap.second" },
        is: {
          headers: {
            "lambda-runtime-trace-id": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
          },
        },
        rie: {
          differs: "unlisted: the caller's trace id reaches extensions, not the runtime",
          is: { headers: { "lambda-runtime-trace-id": { $absent: true } } },
        },
      },
      {
        ...{ id: "1.2/client-context", look: "bootstrap.second" },
        is: { headers: { "lambda-runtime-client-context": '{"custom":{"a":"b"}}' } },
      },
      {
        ...{ id: "1.2/empty-omitted", look: "bootstrap.third" },
        is: {
          headers: {
            "lambda-runtime-client-context": { $absent: true },
            "lambda-runtime-cognito-identity": { $absent: true },
            "lambda-runtime-aws-tenant-id": { $absent: true },
          },
        },
      },
      { id: "1.2/content-type", look: "bootstrap.first", is: { headers: { "content-type": "application/json" } } },
      { id: "7.10/chunked", look: "bootstrap.chunked", is: accepted },
      { id: "1.3/chunked-and-trailers", look: "bootstrap.chunked", is: accepted },
      {
        ...{ id: "1.3/chunked-and-trailers: the invoker", look: "answer.third", is: answered('{"chunked":true}') },
        rie: { differs: "6.2/headers", is: { status: 200, body: '{"chunked":true}' } },
      },
      {
        ...{ id: "1.6/unchanged", look: "answer.second" },
        is: functionError('{"errorMessage":"m","errorType":"T","stackTrace":["a"],"more":{"x":1}}'),
        rie: {
          differs: "8/function-error",
          is: {
            ...{ status: 200, headers: { "x-amz-function-error": { $absent: true } } },
            body: '{"errorMessage":"m","errorType":"T","stackTrace":["a"],"more":{"x":1}}',
          },
        },
      },
    ],
  },
  {
    name: "cause",
    runtime: [
      next(),
      fail('{"errorMessage":"m","errorType":"t","stackTrace":[],"errorCause":{"exceptions":[]}}', {
        ...{ headers: { "Content-Type": "application/vnd.aws.lambda.error.cause+json" }, as: "error" },
      }),
      next(),
      fail("no json", { headers: { "Content-Type": "application/vnd.aws.lambda.error.cause+json" } }),
      next(),
      fail('{"errorMessage":"m"}', { headers: { "Lambda-Runtime-Function-XRay-Error-Cause": "{no json" }, as: "xray" }),
      serve,
    ],
    acts: [
      { invoke: "{}", as: "first" },
      { invoke: "{}", as: "second" },
      { invoke: "{}", as: "third" },
    ],
    rows: [
      { id: "1.3/error-cause", look: "bootstrap.error", is: accepted },
      {
        ...{ id: "1.3/error-cause: stripped", look: "answer.first" },
        is: { status: 200, body: { $json: { errorMessage: "m", errorType: "t", errorCause: { $absent: true } } } },
      },
      { id: "1.3/error-cause: unparsable", look: "answer.second", is: { status: 200, body: '"Invalid error body"' } },
      { id: "1.3/xray-cause: invalid is dropped", look: "bootstrap.xray", is: accepted },
      { id: "1.3/xray-cause: the invoker", look: "answer.third", is: { status: 200, body: '{"errorMessage":"m"}' } },
    ],
  },
  {
    name: "content-type",
    runtime: [next(), respond("plain text", { headers: { "Content-Type": "text/html" } }), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "1.3/content-type", look: "answer.first" },
        is: { status: 200, headers: { "content-type": "text/html" }, body: "plain text" },
        rie: { differs: contentTypeLost, is: { status: 200, headers: { "content-type": { $like: "^text/plain" } } } },
      },
    ],
  },
  ...errorTypes.map(
    ([sent, recorded], index): Scene => ({
      name: `init-error-${index}`,
      runtime: [
        post("init/error", {
          ...{ body: '{"errorMessage":"no start","errorType":"E"}', as: "initError" },
          ...(sent !== undefined && { headers: { "Lambda-Runtime-Function-Error-Type": sent } }),
        }),
        next("afterwards"),
        { wait: 50 },
        { exit: 1 },
      ],
      acts: [{ invoke: "{}", as: "first" }],
      rows: [
        { id: `1.3/error-type: ${sent ?? "none"} is accepted`, look: "bootstrap.initError", is: accepted },
        {
          ...{ id: `1.3/error-type: ${sent ?? "none"} is recorded as ${recorded}`, look: "log" },
          is: {
            $has: [
              {
                $like: `^INIT_REPORT Init Duration: \\d+\\.\\d\\d ms\tPhase: init\tStatus: error\tError Type: ${recorded}$`,
              },
            ],
          },
          rie: { differs: "6.1/lines", is: { $lacks: { $like: "INIT_REPORT" } } },
        },
        ...(recorded.endsWith(".Unknown") && sent !== undefined
          ? [
              {
                ...{
                  id: `6.3/${recorded}`,
                  look: "log",
                  is: { $has: [{ $like: `^REPORT .*\tError Type: ${recorded}$` }] },
                },
                rie: { differs: "6.1/lines", is: { $lacks: { $like: "Error Type" } } },
              },
            ]
          : []),
        ...(index === 0
          ? ([
              {
                ...{ id: "1.4/next-after-init-error", look: "bootstrap.afterwards" },
                is: runtimeTransition("InitError", "Ready"),
              },
              { id: "1.1/init-error", look: "bootstrap.initError", is: accepted },
              {
                ...{ id: "3.3/init-error-body", look: "answer.first" },
                is: functionError('{"errorMessage":"no start","errorType":"E"}'),
                rie: { notJudged: "its first invocation fails inside (table line 'second failure after init crash')" },
              },
            ] as const)
          : []),
      ],
    }),
  ),
];
