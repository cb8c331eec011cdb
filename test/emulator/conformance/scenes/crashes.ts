// What happens when programs end before their time: sections 2.6, 3.3 and 6.3 of the contract.
import { platformError } from "../expect.ts";
import type { Pattern } from "../pattern.ts";
import type { Row, Scene, Step } from "../row.ts";
import {
  extensionError,
  extensionNext,
  fail,
  next,
  obey,
  post,
  register,
  respond,
  serve,
  wellBehaved,
} from "../steps.ts";

/** AWS's emulator tells the caller of a crash by the status alone. */
const crash = (body?: Pattern): Row["rie"] => ({
  differs: "8/crash",
  is: { status: 502, headers: { "x-amz-function-error": { $absent: true } }, ...(body !== undefined && { body }) },
});
const platformBody = (errorType: string): Pattern => ({ $json: { errorType } });
const noLine = { differs: "6.1/lines", is: { $lacks: { $like: "Status: " } } } as const;

/** INIT fails twice: before the first invocation and inside it. */
const initFails = (name: string, errorType: string): Row => ({
  ...{ id: `2.6/init-retried: ${name}`, look: "log" },
  is: {
    $all: [
      { $lacks: { $like: "MB\tInit Duration" } },
      {
        $order: [
          {
            $like: `^INIT_REPORT Init Duration: \\d+\\.\\d\\d ms\tPhase: init\tStatus: error\tError Type: ${errorType}$`,
          },
          { $like: "^START RequestId: " },
          {
            $like: `^INIT_REPORT Init Duration: \\d+\\.\\d\\d ms\tPhase: invoke\tStatus: error\tError Type: ${errorType}$`,
          },
          { $like: "^END RequestId: " },
          { $like: `^REPORT RequestId: .*\tStatus: error\tError Type: ${errorType}$` },
        ],
      },
    ],
  },
  rie: noLine,
});

interface InitCrash {
  readonly name: string;
  readonly line: string;
  readonly script: readonly Step[];
  readonly errorType: string;
  readonly text: string;
}

const initCrashes: readonly InitCrash[] = [
  {
    name: "before-register",
    line: "2.6/exit-in-init",
    script: [{ exit: 7 }],
    errorType: "Extension.Crash",
    text: "exit status 7",
  },
  {
    name: "with-zero",
    line: "2.6/exit-in-init",
    script: [register(["INVOKE"]), { exit: 0 }],
    errorType: "Extension.Crash",
    text: "exit code 0",
  },
  {
    name: "by-signal",
    line: "2.6/exit-in-init",
    script: [register(["INVOKE"]), { kill: "KILL" }],
    errorType: "Extension.Crash",
    text: "signal: killed",
  },
  {
    name: "init-error",
    line: "2.6/init-error",
    script: [register(["INVOKE"]), extensionError("init"), { wait: 20 }, { exit: 1 }],
    errorType: "Extension.InitError",
    text: "exit status 1",
  },
  {
    name: "exit-error",
    line: "2.6/exit-error",
    script: [register(["INVOKE"]), extensionError("exit"), { wait: 20 }, { exit: 3 }],
    errorType: "Extension.ExitError",
    text: "exit status 3",
  },
];

/** Its second generation is well-behaved. */
const firstThen = (...steps: readonly Step[]): readonly Step[] => [
  register(["INVOKE", "SHUTDOWN"]),
  { once: "misbehaved", do: steps },
  ...obey,
];

export const crashScenes: readonly Scene[] = [
  ...initCrashes.map(
    ({ name, line, script, errorType, text }): Scene => ({
      name: `crash-${name}`,
      extensions: { one: script, two: wellBehaved },
      acts: [{ invoke: "{}", as: "first" }],
      rows: [
        { id: `${line}: ${name}`, look: "answer.first", is: platformError(errorType, text), rie: crash() },
        initFails(name, errorType),
        {
          ...{ id: `6.1/extension-error: ${name}`, look: "log" },
          is: {
            $has: [{ $like: `^EXTENSION\tName: one\tState: \\w+\tEvents: \\[(INVOKE)?\\]\tError Type: ${errorType}$` }],
          },
          rie: { differs: "6.1/lines", is: { $lacks: { $like: "^EXTENSION" } } },
        },
        ...(name === "before-register"
          ? [
              {
                id: "6.3/Extension.Crash",
                look: "answer.first",
                is: { body: platformBody("Extension.Crash") },
                rie: crash(),
              },
            ]
          : []),
        ...(name.endsWith("-error")
          ? [{ id: `6.3/${errorType}`, look: "answer.first", is: { body: platformBody(errorType) }, rie: crash() }]
          : []),
      ],
    }),
  ),
  {
    name: "init-crash-once",
    extensions: { one: [{ once: "crashed", do: [{ exit: 1 }] }, ...wellBehaved] },
    acts: [{ invoke: '"retried"', as: "first" }],
    rows: [
      {
        ...{ id: "2.6/init-retried: and works", look: "answer.first", is: { status: 200, body: '"retried"' } },
        rie: { differs: "8/second-failure", is: { status: 502, body: "" } },
      },
    ],
  },
  {
    name: "exit-during-invoke",
    extensions: { one: firstThen(extensionNext(), { exit: 9 }), two: wellBehaved },
    runtime: [{ once: "slow", do: [next(), { wait: 300 }, respond('"too late"')] }, serve],
    acts: [
      { invoke: "{}", as: "first" },
      { invoke: '"again"', as: "second" },
    ],
    rows: [
      {
        id: "2.6/exit-during-invoke",
        look: "answer.first",
        is: platformError("Extension.Crash", "exit status 9"),
        rie: crash(platformBody("Extension.Crash")),
      },
      {
        id: "2.6/exit-during-invoke: the next one starts anew",
        look: "answer.second",
        is: { status: 200, body: '"again"' },
      },
      {
        id: "3.3/reason-failure",
        look: "two.event*",
        is: { $has: [{ body: { $json: { eventType: "SHUTDOWN", shutdownReason: "failure" } } }] },
        rie: {
          differs: "8/shutdown-reason",
          is: { $has: [{ body: { $json: { eventType: "SHUTDOWN", shutdownReason: "ReleaseFail" } } }] },
        },
      },
      { id: "7.5/exit-is-failure", look: "answer.first", is: { body: platformBody("Extension.Crash") }, rie: crash() },
      {
        ...{ id: "3.3/suppressed-init", look: "log" },
        is: {
          $order: [
            { $like: "^REPORT" },
            { $like: "^START" },
            { $like: "^INIT_START" },
            { $like: "^EXTENSION" },
            { $like: "^REPORT [^\n]*MB\t$" },
          ],
        },
        rie: { differs: "6.1/lines", is: { $lacks: { $like: "^INIT_START" } } },
      },
    ],
  },
  {
    name: "answered-then-crash",
    extensions: { one: firstThen(extensionNext(), { until: "answered" }, { wait: 50 }, { exit: 4 }) },
    runtime: [next(), respond('"given"'), { mark: "answered" }, serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "2.6/answered-then-crash", look: "answer.first" },
        is: { status: 200, headers: { "x-amz-function-error": { $absent: true } }, body: '"given"' },
        rie: { differs: "2.6/answered-then-crash", is: { status: 502, body: '"given"' } },
      },
      {
        ...{ id: "2.6/answered-then-crash: only REPORT shows it", look: "log" },
        is: { $has: [{ $like: "^REPORT .*\tStatus: error\tError Type: Extension.Crash$" }] },
        rie: noLine,
      },
    ],
  },
  {
    name: "exit-between",
    extensions: {
      one: [
        register(["INVOKE"]),
        extensionNext(),
        { once: "left", do: [{ go: [extensionNext()] }, { wait: 400 }, { exit: 0 }] },
        ...obey,
      ],
    },
    awake: true,
    acts: [
      { invoke: '"one"', as: "first" },
      { wait: 900 },
      { invoke: '"two"', as: "second" },
      { invoke: '"three"', as: "third" },
    ],
    rows: [
      { id: "2.6/exit-between: nothing visible at first", look: "answer.first", is: { status: 200, body: '"one"' } },
      {
        id: "2.6/exit-between",
        look: "answer.second",
        is: platformError("Extension.Crash", "exit code 0"),
        rie: crash(platformBody("Extension.Crash")),
      },
      { id: "2.6/exit-between: the one after works", look: "answer.third", is: { status: 200, body: '"three"' } },
    ],
  },
  {
    name: "exit-error-in-invoke",
    extensions: {
      one: firstThen(extensionNext(), extensionError("exit", { as: "reported" }), { wait: 20 }, { exit: 2 }),
    },
    runtime: [{ once: "slow", do: [next(), { wait: 300 }, respond('"too late"')] }, serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        id: "2.6/exit-error: during an invocation",
        look: "answer.first",
        is: platformError("Extension.ExitError", "exit status 2"),
        rie: crash(),
      },
      { id: "2.1/exit-error: while running", look: "one.reported", is: { status: 202 } },
    ],
  },
  {
    name: "after-shutdown",
    extensions: {
      zero: wellBehaved,
      failing: [
        register(["INVOKE", "SHUTDOWN"]),
        { loop: [extensionNext(), { if: "event=SHUTDOWN", do: [{ say: "failing ends\n" }, { exit: 3 }] }] },
      ],
    },
    acts: [{ invoke: '"fine"', as: "first" }],
    rows: [
      { id: "2.6/exit-after-shutdown", look: "log", is: { $lacks: { $like: "Extension.Crash" } } },
      {
        id: "2.6/non-zero-after-shutdown",
        look: "log",
        is: { $all: [{ $has: ["failing ends"] }, { $lacks: { $like: "Extension.Crash" } }] },
      },
    ],
  },
  ...(
    [
      ["exit-0", [{ exit: 0 }], "Runtime exited without providing a reason"],
      ["exit-3", [{ exit: 3 }], "Runtime exited with error: exit status 3"],
      ["killed", [{ kill: "KILL" }], "Runtime exited with error: signal: killed"],
    ] as const
  ).flatMap(([name, steps, text]): Scene[] => [
    {
      name: `runtime-init-${name}`,
      extensions: { one: wellBehaved },
      runtime: steps,
      acts: [{ invoke: "{}", as: "first" }],
      rows: [
        {
          id: `3.3/runtime-exit: ${name} in INIT`,
          look: "answer.first",
          is: platformError("Runtime.ExitError", text),
          rie: crash(),
        },
        initFails(`runtime ${name}`, "Runtime.ExitError"),
      ],
    },
    {
      name: `runtime-invoke-${name}`,
      extensions: { one: wellBehaved },
      runtime: [{ once: "left", do: [next(), ...steps] }, serve],
      acts: [
        { invoke: "{}", as: "first" },
        { invoke: '"again"', as: "second" },
      ],
      rows: [
        {
          id: `3.3/runtime-exit: ${name} in INVOKE`,
          look: "answer.first",
          is: platformError("Runtime.ExitError", text),
          rie: crash(platformBody("Runtime.ExitError")),
        },
        {
          id: `3.3/runtime-exit: after ${name} it works again`,
          look: "answer.second",
          is: { status: 200, body: '"again"' },
        },
        ...(name === "exit-3"
          ? [
              {
                id: "6.3/Runtime.ExitError",
                look: "answer.first",
                is: { body: platformBody("Runtime.ExitError") },
                rie: crash(),
              },
            ]
          : []),
      ],
    },
  ]),
  {
    name: "no-bootstrap",
    runtime: null,
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "6.3/Runtime.InvalidEntrypoint", look: "answer.first" },
        is: platformError(
          "Runtime.InvalidEntrypoint",
          "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
        ),
        rie: crash(),
      },
      {
        id: "5.2/bootstrap-missing",
        look: "answer.first",
        is: { body: platformBody("Runtime.InvalidEntrypoint") },
        rie: crash(),
      },
    ],
  },
  {
    name: "bootstrap-mode",
    code: { bootstrap: { content: '#!/bin/sh\nexec actor "$0"\n', mode: 0o644 } },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        id: "5.2/bootstrap-not-executable",
        look: "answer.first",
        is: platformError("Runtime.InvalidEntrypoint", "fork/exec /var/task/bootstrap: permission denied"),
        rie: crash(),
      },
    ],
  },
  {
    name: "reports-and-stays-too",
    runtime: [post("init/error", { body: "{}" }), { hang: true }],
    ...{ init: 600, timeout: 1 },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "3.3/init-error-stays", look: "answer.first" },
        is: { status: 200, body: platformBody("Sandbox.Timedout") },
        rie: { differs: "8/timeout", is: { status: 200, body: { $like: "." } } },
      },
      {
        ...{ id: "3.3/init-error-stays: a warning says why", look: "warnings" },
        is: { $has: [{ $like: "INIT waited in vain for the runtime to exit" }] },
        rie: { notJudged: "the warning is ours alone" },
      },
    ],
  },
  {
    name: "error-then-exit",
    // Go after a panic: posts the error and exits.
    runtime: [
      { once: "panicked", do: [next(), fail('{"errorMessage":"oh","errorType":"string"}'), { exit: 1 }] },
      serve,
    ],
    acts: [
      { invoke: "{}", as: "first" },
      { invoke: '"again"', as: "second" },
    ],
    rows: [
      {
        ...{ id: "1.6/error-then-exit", look: "answer.first" },
        is: {
          status: 200,
          headers: { "x-amz-function-error": "Unhandled" },
          body: '{"errorMessage":"oh","errorType":"string"}',
        },
        rie: crash('{"errorMessage":"oh","errorType":"string"}'),
      },
      { id: "1.6/error-then-exit: works again", look: "answer.second", is: { status: 200, body: '"again"' } },
    ],
  },
  {
    name: "function-error",
    extensions: { one: [register(["INVOKE"], { as: "registered" }), ...obey] },
    runtime: [{ facts: "facts" }, next(), fail('{"errorType":"X"}'), serve],
    acts: [
      { invoke: "{}", as: "first" },
      { invoke: '"same"', as: "second" },
    ],
    rows: [
      { id: "3.3/function-error-no-reset", look: "one.registered*", is: { $count: [1, { status: 200 }] } },
      { id: "3.3/function-error-no-reset: the runtime is reused", look: "bootstrap.facts*", is: { $count: [1, {}] } },
    ],
  },
];
