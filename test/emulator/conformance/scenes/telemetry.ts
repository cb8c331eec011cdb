// Delivery and events of telemetry: sections 4.2 and 4.3 of the contract.
import type { Pattern } from "../pattern.ts";
import type { Row, Scene, Step } from "../row.ts";
import {
  extensionNext,
  fail,
  next,
  register,
  respond,
  serve,
  subscribe,
  subscribeLogs,
  wellBehaved,
} from "../steps.ts";

const none = { differs: "8/telemetry", is: [] } as const;
const time: Pattern = { $like: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$" };
const id: Pattern = { $like: "^[0-9a-f-]{36}$" };
const duration: Pattern = { $between: [0, 60_000] };
const span = (name: string): Pattern => ({ name, start: time, durationMs: duration });

/** Listens, subscribes, and at SHUTDOWN stays a moment for what still comes. */
const listener = (
  subscription: Step,
  listen: Step["listen"] = { protocol: "HTTP" },
  before: readonly Step[] = [],
): readonly Step[] => [
  { listen },
  register(["INVOKE", "SHUTDOWN"]),
  subscription,
  ...before,
  { loop: [extensionNext({ as: "event" }), { if: "event=SHUTDOWN", do: [{ wait: 300 }, { exit: 0 }] }] },
];

/** A row on what a listener got; AWS's emulator has nothing. */
const got = (id: string, is: Pattern, look = "events.one"): Row => ({ id, look, is, rie: none });
const event = (type: string, record: Pattern): Pattern => ({ type, time, record });

const init = { initializationType: "on-demand", phase: "init" };
const failing = (
  name: string,
  script: readonly Step[],
  { status, errorType }: { status: string; errorType?: string },
): Scene => ({
  name: `telemetry-${name}`,
  extensions: { one: listener(subscribe()), two: listener(subscribeLogs()) },
  runtime: [{ once: "failed", do: [next(), ...script] }, serve],
  timeout: 1,
  acts: [
    { invoke: "{}", as: "first" },
    { invoke: "{}", as: "second" },
  ],
  rows: [
    got(`4.3/runtimeDone: ${name}`, {
      $has: [event("platform.runtimeDone", { status, ...(errorType !== undefined && { errorType }) })],
    }),
    got(`4.3/report: ${name}`, {
      $has: [event("platform.report", { status, ...(errorType !== undefined && { errorType }) })],
    }),
    ...(name === "function-error"
      ? []
      : [
          got(`4.3/fault: ${name}`, { $has: [event("platform.fault", { $like: "." })] }, "events.two"),
          got(`4.3/suppressed-init: ${name}`, {
            $order: [
              event("platform.initStart", { phase: "invoke" }),
              event("platform.initRuntimeDone", { phase: "invoke", status: "success" }),
              event("platform.initReport", { phase: "invoke", status: "success" }),
            ],
          }),
        ]),
  ],
});

export const telemetryScenes: readonly Scene[] = [
  {
    name: "telemetry-life",
    extensions: {
      one: listener(
        subscribe({
          types: ["platform", "function", "extension"],
          destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:{port}/some/path?with=query" },
        }),
      ),
      silent: wellBehaved,
      two: [{ say: "an extension says this\n" }, ...wellBehaved],
    },
    runtime: [{ say: "a line\nanother line\n" }, next(), { say: "no newline at the end" }, respond('"12345"'), serve],
    acts: [
      {
        ...{ invoke: "{}", as: "first" },
        headers: { "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
      },
      { invoke: "{}", as: "second" },
    ],
    rows: [
      got(
        "4.2/http-post",
        { $each: { method: "POST", headers: { "content-type": "application/json" } } },
        "batches.one",
      ),
      got("4.2/path-honoured", { $each: { path: "/some/path?with=query" } }, "batches.one"),
      got("4.2/array", { $each: { events: { $each: { type: { $like: "." } } } } }, "batches.one"),
      got("4.1/replay: since initStart", {
        $order: [{ type: "platform.initStart" }, { type: "platform.telemetrySubscription" }],
      }),
      got("4.3/order", {
        $order: [
          ...["platform.initStart", "platform.telemetrySubscription", "platform.initRuntimeDone", "platform.extension"],
          ...["platform.extension", "platform.extension", "platform.initReport", "platform.start"],
          ...["platform.runtimeDone", "platform.report", "platform.start", "platform.runtimeDone", "platform.report"],
        ].map((type) => ({ type })),
      }),
      got("4.3/initStart", {
        $has: [
          event("platform.initStart", {
            ...{ ...init, runtimeVersion: { $like: "." }, functionName: "telemetry-life", functionVersion: "$LATEST" },
            ...{ instanceId: { $like: "." }, instanceMaxMemory: 512 },
          }),
        ],
      }),
      got("4.3/initRuntimeDone", { $has: [event("platform.initRuntimeDone", { ...init, status: "success" })] }),
      got("4.3/initReport", {
        $has: [event("platform.initReport", { ...init, status: "success", metrics: { durationMs: duration } })],
      }),
      got("4.3/extension", {
        $count: [
          3,
          event("platform.extension", {
            name: { $like: "^(one|two|silent)$" },
            state: "Ready",
            events: ["INVOKE", "SHUTDOWN"],
          }),
        ],
      }),
      got("4.3/telemetrySubscription", {
        $has: [
          event("platform.telemetrySubscription", {
            ...{ name: "one", state: "Subscribed", types: ["platform", "function", "extension"] },
          }),
        ],
      }),
      got("4.3/start", {
        $has: [
          event("platform.start", {
            ...{ requestId: id, version: "$LATEST" },
            tracing: { type: "X-Amzn-Trace-Id", value: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
          }),
        ],
      }),
      got("4.3/runtimeDone", {
        $has: [
          event("platform.runtimeDone", {
            ...{ requestId: id, status: "success", metrics: { durationMs: duration, producedBytes: 7 } },
            spans: [span("responseLatency"), span("responseDuration"), span("runtimeOverhead")],
          }),
        ],
      }),
      got("4.3/report", {
        $has: [
          event("platform.report", {
            ...{ requestId: id, status: "success", spans: [span("extensionOverhead")] },
            metrics: {
              ...{ durationMs: duration, billedDurationMs: duration, initDurationMs: duration },
              ...{ memorySizeMB: 512, maxMemoryUsedMB: { $between: [0, 100_000] } },
            },
          }),
        ],
      }),
      got("4.3/report: warm, without INIT", {
        $has: [event("platform.report", { metrics: { initDurationMs: { $absent: true } } })],
      }),
      got("7.18/case", {
        $has: [
          event("platform.report", {
            metrics: { $keys: ["billedDurationMs", "durationMs", "initDurationMs", "maxMemoryUsedMB", "memorySizeMB"] },
          }),
        ],
      }),
      got("4.3/function", {
        $order: [
          event("function", "a line"),
          event("function", "another line"),
          event("function", "no newline at the end"),
        ],
      }),
      got("4.3/extension-line", { $has: [event("extension", "an extension says this")] }),
      got("4.3/not-in-telemetry", { $lacks: { type: { $like: "^platform\\.(end|fault)$" } } }),
      got("7.15/last-report", { $count: [2, { type: "platform.report" }] }),
    ],
  },
  {
    name: "telemetry-logs",
    extensions: {
      one: listener(
        subscribeLogs({ destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:{port}/", method: "PUT" } }),
      ),
      two: listener(subscribeLogs({ schemaVersion: "2021-03-18" })),
    },
    runtime: [next(), { say: "a line\n" }, respond("1"), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      got("4.2/http-put", { $each: { method: "PUT" } }, "batches.one"),
      got("4.3/end", {
        $order: [
          { type: "platform.start" },
          event("function", "a line"),
          event("platform.end", { requestId: id }),
          { type: "platform.report" },
        ],
      }),
      got("4.3/logsSubscription", {
        $has: [
          event("platform.logsSubscription", { name: "one", state: "Subscribed", types: ["platform", "function"] }),
        ],
      }),
      got("4.3/logs-schema: the first has no runtimeDone", { $lacks: { type: { $like: "runtimeDone|init" } } }),
      got(
        "4.3/logs-schema: the second has",
        { $has: [event("platform.runtimeDone", { status: "success" })] },
        "events.two",
      ),
    ],
  },
  {
    name: "telemetry-types",
    extensions: {
      lines: listener(subscribe({ types: ["function"] })),
      platform: listener(subscribe({ types: ["platform"] })),
    },
    runtime: [next(), { say: "a line\n" }, respond("1"), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      got("4.1/types: only what was asked for", { $each: { type: "function" } }, "events.lines"),
      got(
        "4.1/types: platform alone",
        { $all: [{ $has: [{ type: "platform.report" }] }, { $lacks: { type: "function" } }] },
        "events.platform",
      ),
    ],
  },
  {
    name: "telemetry-tcp",
    extensions: { one: listener(subscribe({ destination: { protocol: "TCP", port: "{port}" } }), { protocol: "TCP" }) },
    runtime: [next(), { say: "a line\n" }, respond("1"), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      got("4.2/tcp", {
        $order: [{ type: "platform.initStart" }, event("function", "a line"), { type: "platform.report" }],
      }),
      got("4.2/tcp: one a line", { $each: { method: "TCP", count: 1 } }, "batches.one"),
    ],
  },
  {
    name: "telemetry-items",
    // Nothing but their number makes them leave.
    extensions: { one: listener(subscribe({ types: ["function"], buffering: { maxItems: 1000, timeoutMs: 30_000 } })) },
    runtime: [next(), { say: "x\n", times: 1000 }, { wait: 300 }, respond("1"), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      got(
        "4.2/max-items",
        {
          $order: [
            { by: "one", at: "events", count: { $between: [1000, 2000] } },
            { by: "one", at: "event", body: { $like: "SHUTDOWN" } },
          ],
        },
        "reports",
      ),
    ].map((row) => ({ ...row, rie: { differs: "8/telemetry", is: { $lacks: { at: "events" } } } })),
  },
  {
    name: "telemetry-bytes",
    extensions: {
      one: listener(subscribe({ types: ["function"], buffering: { maxBytes: 262_144, timeoutMs: 30_000 } })),
    },
    runtime: [next(), { say: `${"x".repeat(1000)}\n`, times: 300 }, { wait: 300 }, respond("1"), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "4.2/max-bytes", look: "reports" },
        is: {
          $order: [
            { by: "one", at: "events", count: { $between: [200, 299] } },
            { by: "one", at: "event", body: { $like: "SHUTDOWN" } },
          ],
        },
        rie: { differs: "8/telemetry", is: { $lacks: { at: "events" } } },
      },
    ],
  },
  {
    name: "telemetry-timer",
    extensions: { one: listener(subscribe({ types: ["platform"], buffering: { timeoutMs: 50 } })) },
    awake: true,
    acts: [{ invoke: "{}", as: "first" }, { wait: 500 }],
    rows: [
      {
        ...{ id: "4.2/timer", look: "reports" },
        is: {
          $order: [
            { at: "events", events: { $has: [{ type: "platform.report" }] } },
            { at: "event", body: { $like: "SHUTDOWN" } },
          ],
        },
        rie: { differs: "8/telemetry", is: { $lacks: { at: "events" } } },
      },
    ],
  },
  {
    name: "telemetry-retry",
    extensions: { one: listener(subscribe(), { protocol: "HTTP", refuse: 1 }) },
    runtime: [next(), { wait: 400 }, respond("1"), serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      got("4.2/retry", {
        $order: [{ type: "platform.initStart" }, { type: "platform.start" }, { type: "platform.report" }],
      }),
    ],
  },
  {
    name: "telemetry-hang",
    extensions: { one: listener(subscribe(), { protocol: "HTTP", slow: -1 }) },
    acts: [
      { invoke: '"a"', as: "first" },
      { invoke: '"b"', as: "second" },
    ],
    rows: [
      {
        id: "4.2/never-blocks",
        look: "answer.second",
        is: { status: 200, body: '"b"', took: { $between: [0, 1500] } },
      },
    ],
  },
  {
    name: "telemetry-dropped",
    extensions: {
      one: listener(subscribe({ types: ["function"] }), { protocol: "HTTP", refuse: 4 }, []),
    },
    awake: true,
    runtime: [next(), { say: "lost\n" }, respond("1"), next(), { say: "found\n" }, { wait: 600 }, respond("2"), serve],
    acts: [{ invoke: "{}", as: "first" }, { untilWarning: "loses events" }, { invoke: "{}", as: "second" }],
    rows: [
      got("4.3/logsDropped", {
        $has: [
          event("platform.logsDropped", {
            droppedRecords: 1,
            droppedBytes: { $between: [1, 1000] },
            reason: { $like: "." },
          }),
        ],
      }),
      got("4.2/dropped", { $all: [{ $has: [event("function", "found")] }, { $lacks: { record: "lost" } }] }),
    ],
  },
  failing("function-error", [fail('{"errorType":"X"}')], { status: "error", errorType: "Runtime.Unknown" }),
  failing("crash", [{ exit: 3 }], { status: "error", errorType: "Runtime.ExitError" }),
  failing("time-out", [{ wait: 5000 }], { status: "timeout" }),
  {
    name: "telemetry-init-failure",
    extensions: { one: listener(subscribe()), two: [{ wait: 150 }, register(["INVOKE"]), { exit: 7 }] },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      got("4.3/initReport: failed", {
        $has: [event("platform.initReport", { ...init, status: "error", errorType: "Extension.Crash" })],
      }),
      got("4.3/initRuntimeDone: failed", {
        $has: [event("platform.initRuntimeDone", { ...init, status: "error", errorType: "Extension.Crash" })],
      }),
      got("4.3/extension: the one to blame", {
        $has: [event("platform.extension", { name: "two", errorType: "Extension.Crash" })],
      }),
    ],
  },
];
