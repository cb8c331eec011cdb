// INIT, INVOKE, time-outs and SHUTDOWN: section 3 of the contract.
import { platformError } from "../expect.ts";
import type { Scene } from "../row.ts";
import { extensionNext, next, obey, register, respond, serve, wellBehaved } from "../steps.ts";

const timedOut = (seconds: string) => platformError("Sandbox.Timedout", `Task timed out after ${seconds} seconds`);
const rieTimeout = (seconds: string) =>
  ({
    differs: "8/timeout",
    is: {
      ...{ status: 200, headers: { "x-amz-function-error": { $absent: true } } },
      body: `Task timed out after ${seconds} seconds`,
    },
  }) as const;

export const phaseScenes: readonly Scene[] = [
  {
    name: "init-order",
    extensions: {
      slow: [{ wait: 150 }, { say: "slow registers\n" }, register(["INVOKE"]), ...obey],
      quick: [
        register(["INVOKE"]),
        { until: "runtime is on next" },
        { wait: 150 },
        { say: "quick is on next\n" },
        ...obey,
      ],
    },
    runtime: [
      { say: "the runtime starts\n" },
      { mark: "runtime is on next" },
      next(),
      { say: "the event has come\n" },
      respond("1"),
      serve,
    ],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      { id: "3.1/runtime-after-registration", look: "log", is: { $order: ["slow registers", "the runtime starts"] } },
      {
        id: "3.1/waits-for-all-next",
        look: "log",
        is: { $order: ["quick is on next", { $like: "^START" }, "the event has come"] },
        rie: { notJudged: "START is printed before anything runs (table line 'start of init')" },
      },
      {
        ...{ id: "3.1/init-billed", look: "log" },
        is: { $has: [{ $like: "^REPORT .*\tInit Duration: \\d{3,}\\.\\d\\d ms\t$" }] },
        rie: {
          differs: "8/report",
          is: { $has: [{ $like: "^REPORT RequestId: \\S+\tInit Duration: \\d+\\.\\d\\d ms\tDuration: " }] },
        },
      },
      {
        ...{ id: "3.1/init-report-only-on-failure", look: "log" },
        is: { $lacks: { $like: "INIT_REPORT" } },
      },
    ],
  },
  {
    name: "slow-init",
    extensions: { one: [{ once: "slept", do: [{ wait: 1500 }] }, ...wellBehaved] },
    ...{ init: 600, timeout: 5 },
    acts: [{ invoke: '"late"', as: "first" }],
    rows: [
      { id: "3.1/init-limit", look: "answer.first", is: { status: 200, body: '"late"' } },
      {
        ...{ id: "3.1/init-limit: INIT_REPORT", look: "log" },
        is: {
          $order: [
            { $like: "^INIT_REPORT .*\tPhase: init\tStatus: timeout$" },
            { $like: "^START" },
            { $like: "^INIT_START" },
          ],
        },
        rie: { differs: "8/init-limit", is: { $lacks: { $like: "INIT_REPORT" } } },
      },
    ],
  },
  {
    name: "invoke-end",
    extensions: {
      slow: [register(["INVOKE"]), { loop: [extensionNext(), { wait: 200 }, { say: "slow has done\n" }] }],
      deaf: [register(["SHUTDOWN"]), ...obey],
    },
    runtime: [next(), respond('"first"'), next(), { say: "the second event has come\n" }, respond('"second"'), serve],
    awake: true,
    acts: [
      { invoke: "1", as: "first" },
      { invoke: "2", as: "second" },
    ],
    rows: [
      {
        id: "3.2/ends-with-extensions",
        look: "log",
        is: { $order: ["slow has done", { $like: "^END" }, "the second event has come", "slow has done"] },
        rie: { notJudged: "prints END with the id of another invocation, and START before it waits" },
      },
      {
        ...{ id: "3.2/response-before-extensions", look: "answer.first" },
        // INIT is in it: the slow one's 200 ms would still show in the second.
        is: { status: 200, body: '"first"' },
      },
      { id: "3.2/not-subscribed-not-waited", look: "answer.second", is: { status: 200, body: '"second"' } },
      {
        ...{ id: "3.2/duration-includes-extensions", look: "log" },
        is: {
          $each: {
            $any: [{ $unlike: "^REPORT" }, { $like: "\tDuration: 2\\d\\d\\.\\d\\d ms|\tDuration: [3-9]\\d\\d\\." }],
          },
        },
      },
      {
        id: "7.9/response-is-not-the-end",
        look: "log",
        is: { $order: [{ $like: "^START" }, "slow has done", { $like: "^END" }] },
      },
    ],
  },
  {
    name: "time-out",
    extensions: {
      one: [register(["INVOKE", "SHUTDOWN"], { as: "registered" }), ...obey],
    },
    runtime: [
      { once: "slow", do: [next(), { write: "/tmp/conformance-kept" }, { mark: "kept" }, { wait: 5000 }] },
      { until: "kept" },
      { say: "/tmp was kept\n" },
      serve,
    ],
    timeout: 1,
    acts: [
      { invoke: "{}", as: "first" },
      { invoke: '"again"', as: "second" },
    ],
    rows: [
      { id: "3.3/timeout", look: "answer.first", is: timedOut("1.00"), rie: rieTimeout("1.00") },
      {
        id: "6.3/Sandbox.Timedout",
        look: "answer.first",
        is: { body: { $json: { errorType: "Sandbox.Timedout" } } },
        rie: rieTimeout("1.00"),
      },
      { id: "3.3/tmp-kept", look: "log", is: { $has: ["/tmp was kept"] } },
      { id: "3.3/timeout: works again", look: "answer.second", is: { status: 200, body: '"again"' } },
      { id: "7.14/new-identifiers", look: "one.registered*", is: { $count: [2, { status: 200 }] } },
      {
        ...{ id: "3.3/reason-timeout", look: "one.event*" },
        is: { $has: [{ body: { $json: { eventType: "SHUTDOWN", shutdownReason: "timeout" } } }] },
        rie: {
          differs: "8/shutdown-reason",
          is: { $has: [{ body: { $json: { eventType: "SHUTDOWN", shutdownReason: "Timeout" } } }] },
        },
      },
      {
        ...{ id: "6.1/timeout", look: "log" },
        is: {
          $has: [{ $like: "^REPORT .*\tDuration: 1000\\.00 ms\tBilled Duration: \\d{4} ms\t.*\tStatus: timeout$" }],
        },
        rie: {
          differs: "8/report",
          is: { $has: [{ $like: "^REPORT .*Duration: 1000\\.00 ms\tBilled Duration: 1000 ms" }] },
        },
      },
    ],
  },
  {
    name: "slow-extension",
    extensions: { one: [register(["INVOKE"]), { once: "slow", do: [extensionNext(), { wait: 5000 }] }, ...obey] },
    timeout: 1,
    acts: [{ invoke: '"given"', as: "first" }],
    rows: [
      {
        ...{ id: "3.2/one-timeout-for-both", look: "log" },
        is: { $has: [{ $like: "^REPORT .*\tStatus: timeout$" }] },
        rie: { differs: "8/report", is: { $has: [{ $like: "^REPORT .*Duration: 1000\\.00 ms" }] } },
      },
      {
        ...{ id: "3.2/one-timeout-for-both: the answer was given", look: "answer.first" },
        is: { status: 200, headers: { "x-amz-function-error": { $absent: true } }, body: '"given"' },
        rie: { differs: "8/timeout", is: { status: 200, body: "Task timed out after 1.00 seconds" } },
      },
    ],
  },
  {
    name: "shutdown-external",
    extensions: {
      one: [
        register(["INVOKE", "SHUTDOWN"]),
        {
          loop: [
            extensionNext({ as: "event" }),
            { if: "event=SHUTDOWN", do: [{ say: "one is told\n" }, { wait: 100 }, { say: "one ends\n" }, { exit: 0 }] },
          ],
        },
      ],
      deaf: [
        { onTerm: [{ say: "deaf has got SIGTERM\n" }] },
        register(["INVOKE"]),
        { loop: [extensionNext({ as: "event" })] },
      ],
    },
    runtime: [
      { onTerm: [{ say: "the runtime has got SIGTERM\n" }, { wait: 50 }, { say: "the runtime ends\n" }, { exit: 0 }] },
      serve,
    ],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        id: "3.4/runtime-first",
        look: "log",
        is: { $order: ["the runtime has got SIGTERM", "the runtime ends", "one is told", "one ends"] },
      },
      { id: "3.4/event-is-the-only-signal", look: "log", is: { $lacks: "deaf has got SIGTERM" } },
      { id: "3.4/not-subscribed-is-killed", look: "deaf.event*", is: { $lacks: { body: { $like: "SHUTDOWN" } } } },
    ],
  },
  {
    name: "shutdown-slow-runtime",
    extensions: { one: wellBehaved },
    // Ignores SIGTERM: killed when its time is over, so that its last words never come.
    runtime: [{ onTerm: [{ say: "got it\n" }, { wait: 450 }, { say: "after 450 ms\n" }, { wait: 5000 }] }, serve],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        ...{ id: "3.4/300-ms", look: "log" },
        is: { $all: [{ $has: ["got it"] }, { $lacks: "after 450 ms" }] },
        rie: { differs: "8/runtime-share", is: { $has: ["got it", "after 450 ms"] } },
      },
    ],
  },
  {
    name: "shutdown-internal-only",
    runtime: [
      {
        onTerm: [
          { say: "got it\n" },
          { wait: 350 },
          { say: "after 350 ms\n" },
          { wait: 450 },
          { say: "after 800 ms\n" },
        ],
      },
      register([], { headers: { "Lambda-Extension-Name": "inside" } }),
      { go: [extensionNext()] },
      { wait: 50 },
      serve,
    ],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        ...{ id: "3.4/500-ms-internal", look: "log" },
        is: { $all: [{ $has: ["got it", "after 350 ms"] }, { $lacks: "after 800 ms" }] },
        rie: { differs: "8/runtime-share", is: { $has: ["got it"] } },
      },
    ],
  },
  {
    name: "shutdown-without",
    runtime: [{ onTerm: [{ say: "the runtime has got SIGTERM\n" }] }, serve],
    acts: [{ invoke: "1", as: "first" }],
    rows: [{ id: "3.4/no-extensions-no-sigterm", look: "log", is: { $lacks: "the runtime has got SIGTERM" } }],
  },
  {
    name: "shutdown-ignored",
    extensions: {
      one: [
        register(["INVOKE", "SHUTDOWN"]),
        extensionNext(),
        extensionNext({ as: "event" }),
        { wait: 1500 },
        { say: "after 1500 ms\n" },
        { wait: 1000 },
        { say: "after 2500 ms\n" },
      ],
    },
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        id: "3.4/2000-ms",
        look: "log",
        is: { $all: [{ $has: ["after 1500 ms"] }, { $lacks: "after 2500 ms" }] },
        rie: { notJudged: "its runtime, which takes its share first, and SIGTERM of the container end it together" },
      },
      {
        ...{ id: "3.4/deadline", look: "one.event" },
        is: { body: { $json: { eventType: "SHUTDOWN", deadlineMs: { $between: [1.7e12, 9e12] } } } },
      },
    ],
  },
];
