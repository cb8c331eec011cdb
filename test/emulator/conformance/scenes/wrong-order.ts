// Calls in the wrong order, with a wrong id, too large: section 1.4 of the contract.
import { accepted, functionError, refused, runtimeTransition } from "../expect.ts";
import type { Scene } from "../row.ts";
import { fail, next, post, respond, serve } from "../steps.ts";

const invalidId = refused(400, "InvalidRequestID", "Invalid request ID");
const foreign = "invocation/8b4b2ff1-0000-4000-8000-000000000000";

export const wrongOrderScenes: readonly Scene[] = [
  {
    name: "wrong-order",
    runtime: [
      post(`${foreign}/response`, { body: "1", as: "beforeNext" }),
      post(`${foreign}/error`, { body: "{}", as: "errorBeforeNext" }),
      next("first"),
      next("again"),
      post(`${foreign}/response`, { body: "1", as: "foreign" }),
      post(`${foreign}/error`, { body: "{}", as: "foreignError" }),
      post("init/error", { body: "{}", as: "initErrorWhileRunning" }),
      respond('"one"'),
      respond('"two"', { as: "second" }),
      fail("{}", { as: "errorAfterResponse" }),
      { go: [next("nextOne"), { mark: "arrived" }] },
      { wait: 100 },
      respond('"three"', { as: "released" }),
      post("init/error", { body: "{}", as: "initErrorWhenReady" }),
      { mark: "ready" },
      { until: "arrived" },
      fail('{"errorMessage":"x"}'),
      respond('"four"', { as: "responseAfterError" }),
      fail("{}", { as: "errorAfterError" }),
      serve,
    ],
    awake: true,
    acts: [{ invoke: '"first"', as: "first" }, { wait: 1000 }, { invoke: '"second"', as: "second" }],
    rows: [
      { id: "1.4/invalid-id: none current", look: "bootstrap.beforeNext", is: invalidId },
      { id: "1.4/invalid-id: none current, error", look: "bootstrap.errorBeforeNext", is: invalidId },
      { id: "1.4/invalid-id: another's", look: "bootstrap.foreign", is: invalidId },
      { id: "1.4/invalid-id: another's, error", look: "bootstrap.foreignError", is: invalidId },
      { id: "1.4/invalid-id: answered and released", look: "bootstrap.released", is: invalidId },
      { id: "1.4/same-event-again", look: "bootstrap.again", is: { status: 200, body: '"first"' } },
      {
        ...{ id: "1.4/second-response", look: "bootstrap.second" },
        is: runtimeTransition("RuntimeResponseSentState", "InvocationResponse"),
      },
      {
        ...{ id: "1.4/second-response: an error", look: "bootstrap.errorAfterResponse" },
        is: runtimeTransition("RuntimeResponseSentState", "InvocationErrorResponse"),
      },
      {
        ...{ id: "1.4/response-after-error", look: "bootstrap.responseAfterError" },
        is: runtimeTransition("RuntimeResponseSentState", "InvocationResponse"),
      },
      {
        ...{ id: "1.4/response-after-error: an error", look: "bootstrap.errorAfterError" },
        is: runtimeTransition("RuntimeResponseSentState", "InvocationErrorResponse"),
      },
      {
        id: "1.4/init-error-late",
        look: "bootstrap.initErrorWhileRunning",
        is: runtimeTransition("Running", "InitError"),
      },
      {
        id: "1.4/init-error-late: on next",
        look: "bootstrap.initErrorWhenReady",
        is: runtimeTransition("Ready", "InitError"),
      },
      { id: "1.4/second-response: the first counts", look: "answer.first", is: { status: 200, body: '"one"' } },
    ],
  },
  {
    name: "response-mode",
    timeout: 2,
    runtime: [
      next(),
      respond('"x"', { headers: { "Lambda-Runtime-Function-Response-Mode": "quick" }, as: "wrong" }),
      respond('"y"', { as: "corrected" }),
      { hang: true },
    ],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "1.4/response-mode", look: "bootstrap.wrong" },
        is: refused(400, "InvalidFunctionResponseMode", "Invalid function response mode"),
      },
      {
        ...{ id: "1.4/response-mode: corrected", look: "bootstrap.corrected" },
        is: runtimeTransition("InvocationResponse", "InvocationResponse"),
      },
      {
        ...{ id: "6.3/Runtime.InvalidResponseModeHeader", look: "answer.first" },
        is: {
          status: 200,
          headers: { "x-amz-function-error": "Unhandled" },
          body: { $json: { errorType: "Runtime.InvalidResponseModeHeader" } },
        },
        rie: { differs: "8/timeout", is: { status: 200, body: "Task timed out after 2.00 seconds" } },
      },
    ],
  },
  {
    name: "too-large",
    runtime: [
      next(),
      respond("", { bytes: 6_291_556, as: "largest" }),
      next(),
      respond("", { bytes: 6_291_557, as: "tooLarge" }),
      serve,
    ],
    acts: [
      { invoke: "{}", as: "largest" },
      { invoke: "{}", as: "tooLarge" },
      { invoke: '"still there"', as: "after" },
    ],
    rows: [
      { id: "1.4/too-large: 6 MiB and 100 bytes are not", look: "bootstrap.largest", is: accepted },
      {
        ...{ id: "1.4/too-large", look: "bootstrap.tooLarge" },
        is: refused(413, "RequestEntityTooLarge", "Exceeded maximum allowed payload size (6291556 bytes)."),
      },
      {
        ...{ id: "1.4/too-large-invoker", look: "answer.tooLarge" },
        is: functionError({
          $json: {
            errorType: "Function.ResponseSizeTooLarge",
            errorMessage:
              "Response payload size (6291557 bytes) exceeded maximum allowed payload size (6291556 bytes).",
          },
        }),
        rie: {
          differs: "unlisted: too large is answered 200, and the contract says 502",
          is: { status: 200, body: { $json: { errorType: "Function.ResponseSizeTooLarge" } } },
        },
      },
      {
        ...{ id: "6.3/Function.ResponseSizeTooLarge", look: "answer.tooLarge" },
        is: { status: 200, body: { $json: { errorType: "Function.ResponseSizeTooLarge" } } },
      },
      { id: "1.4/too-large: goes on", look: "answer.after", is: { status: 200, body: '"still there"' } },
    ],
  },
  {
    name: "truncated",
    timeout: 2,
    runtime: [next(), respond('"half', { cut: true, as: "cut" }), { hang: true }],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "6.3/Runtime.TruncatedResponse", look: "answer.first" },
        is: {
          status: 200,
          headers: { "x-amz-function-error": "Unhandled" },
          body: { $json: { errorType: "Runtime.TruncatedResponse" } },
        },
        rie: { differs: "8/timeout", is: { status: 200, body: "Task timed out after 2.00 seconds" } },
      },
    ],
  },
];
