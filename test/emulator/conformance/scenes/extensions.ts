// The Extensions API's calls and events: sections 2.1, 2.4 and 2.5 of the contract.
import { platformError, uuid } from "../expect.ts";
import type { Pattern } from "../pattern.ts";
import type { Scene, Step } from "../row.ts";
import { extensionNext, next, obey, register, respond, serve, wellBehaved } from "../steps.ts";

const registered: Pattern = {
  status: 200,
  headers: { "lambda-extension-identifier": uuid, "content-type": { $like: "^application/json" } },
};
const nothing: Pattern = { status: 200 };

/** A layer's file that only sleeps. */
const sleeper = { content: "#!/bin/sh\nexec sleep 60\n" };
const eleven = Object.fromEntries(
  Array.from({ length: 11 }, (_, index) => [`extensions/e${String(index).padStart(2, "0")}`, sleeper]),
);

/** An internal extension of the runtime's, with a next that waits for ever at the side. */
const internal = (name: string, events: readonly string[], as: string): readonly Step[] => [
  register(events, { headers: { "Lambda-Extension-Name": name }, as }),
  { go: [{ loop: [extensionNext({ as: `${as}Event` })] }] },
];

export const extensionScenes: readonly Scene[] = [
  {
    name: "register",
    extensions: {
      both: [register(["INVOKE", "SHUTDOWN"], { as: "registered" }), ...obey],
      feature: [
        register(["INVOKE"], { headers: { "Lambda-Extension-Accept-Feature": "other, accountId" }, as: "registered" }),
        ...obey,
      ],
      empty: [register("{}", { as: "registered" }), ...obey],
      none: [register([], { as: "registered" }), ...obey],
      null: [register('{"events":null,"configurationKeys":[]}', { as: "registered" }), ...obey],
    },
    runtime: [...internal("inside", ["INVOKE"], "inside"), { wait: 50 }, next(), { wait: 50 }, respond("1"), serve],
    acts: [
      {
        ...{ invoke: '{"secret":1}', as: "first" },
        headers: { "X-Amzn-Trace-Id": "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
      },
      { invoke: '{"secret":2}', as: "second" },
    ],
    rows: [
      { id: "2.1/register", look: "both.registered", is: registered },
      {
        ...{ id: "2.1/register-response", look: "both.registered" },
        is: { body: { $json: { functionName: "register", functionVersion: "$LATEST", handler: "index.handler" } } },
      },
      {
        ...{ id: "2.1/register-response: no account unless asked for", look: "both.registered" },
        is: { body: { $json: { accountId: { $absent: true } } } },
      },
      {
        ...{ id: "2.1/accept-feature", look: "feature.registered" },
        is: { body: { $json: { accountId: { $like: "^\\d{12}$" } } } },
        rie: { differs: "8/accountid-handler", is: { body: { $json: { accountId: { $absent: true } } } } },
      },
      { id: "2.1/no-events: {}", look: "empty.registered", is: registered },
      { id: "2.1/no-events: empty list", look: "none.registered", is: registered },
      { id: "2.1/no-events: null", look: "null.registered", is: registered },
      { id: "2.1/no-events: gets none", look: "empty.event*", is: [] },
      {
        ...{ id: "2.1/invoke-event", look: "both.event" },
        is: {
          ...{ status: 200, headers: { "content-type": "application/json" } },
          body: {
            $json: {
              ...{ eventType: "INVOKE", deadlineMs: { $between: [1.7e12, 9e12] }, requestId: uuid },
              invokedFunctionArn: { $like: ":function:register$" },
            },
          },
        },
      },
      {
        ...{ id: "2.1/event-identifier", look: "both.event" },
        is: { headers: { "lambda-extension-event-identifier": uuid } },
      },
      {
        ...{ id: "2.1/tracing", look: "both.event" },
        is: {
          body: {
            $json: {
              tracing: { type: "X-Amzn-Trace-Id", value: "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1" },
            },
          },
        },
      },
      {
        ...{ id: "2.1/no-payload", look: "both.event*" },
        is: { $each: { body: { $unlike: "secret" } } },
      },
      {
        ...{ id: "2.1/shutdown-event", look: "both.event*" },
        is: {
          $has: [
            {
              headers: {
                "content-type": { $like: "^text/plain" },
                "lambda-extension-event-identifier": { $absent: true },
              },
              body: {
                $json: { eventType: "SHUTDOWN", deadlineMs: { $between: [1.7e12, 9e12] }, shutdownReason: "spindown" },
              },
            },
          ],
        },
        rie: {
          differs: "8/shutdown-reason",
          is: {
            $has: [
              {
                headers: {
                  "content-type": { $like: "^text/plain" },
                  "lambda-extension-event-identifier": { $absent: true },
                },
                body: { $json: { eventType: "SHUTDOWN", shutdownReason: { $like: "^(SandboxTerminated|spindown)$" } } },
              },
            ],
          },
        },
      },
      {
        ...{ id: "2.4/internal", look: "bootstrap.inside" },
        is: registered,
      },
      {
        ...{ id: "2.4/internal: gets INVOKE", look: "bootstrap.insideEvent*" },
        is: { $each: { body: { $json: { eventType: "INVOKE" } } } },
      },
      {
        ...{ id: "2.4/internal: gets no SHUTDOWN", look: "bootstrap.insideEvent*" },
        is: { $lacks: { body: { $like: "SHUTDOWN" } } },
      },
      {
        ...{ id: "2.1/invoke-only: gets no SHUTDOWN", look: "feature.event*" },
        is: { $lacks: { body: { $like: "SHUTDOWN" } } },
      },
    ],
  },
  {
    name: "no-trace",
    extensions: { one: wellBehaved },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "2.1/tracing: omitted without one", look: "one.event" },
        is: { status: 200 },
        rie: { notJudged: "what the front end adds is not its own" },
      },
      { id: "2.1/register-content-type", look: "one.event", is: nothing },
    ],
  },
  {
    name: "discovery",
    extensions: {
      ".hidden": [{ mark: "hidden" }, register(["INVOKE"], { as: "registered" }), ...obey],
      // None of them goes on before all were started: one after the other would wait for ever.
      first: [{ until: "second" }, { facts: "facts" }, { mark: "first" }, register(["INVOKE"]), ...obey],
      second: [
        { mark: "second" },
        { until: "hidden" },
        { until: "first" },
        register(["INVOKE"], { as: "registered" }),
        ...obey,
      ],
    },
    layer: { "extensions/folder/inner": { content: "#!/bin/sh\nexit 1\n" } },
    runtime: [{ say: "the runtime has started\n" }, serve],
    acts: [{ invoke: '"fine"', as: "first" }],
    rows: [
      { id: "2.5/hidden", look: ".hidden.registered", is: registered },
      { id: "2.5/folders-ignored", look: "answer.first", is: { status: 200, body: '"fine"' } },
      { id: "2.5/all-started-first", look: "second.registered", is: registered },
      {
        ...{ id: "2.5/argv", look: "first.facts" },
        // The script's own path is all that the shell was given.
        is: { facts: { arguments: ["/opt/extensions/first"] } },
        none: "there is no absolute /opt without isolation",
      },
      { id: "2.5/output", look: "log", is: { $has: ["the runtime has started"] } },
    ],
  },
  {
    name: "output",
    extensions: {
      one: [{ say: "to stdout\n" }, { say: "to stderr\n", stderr: true }, register(["INVOKE"]), ...obey],
    },
    acts: [{ invoke: "1", as: "first" }],
    rows: [{ id: "2.5/output: both, line by line", look: "log", is: { $has: ["to stdout", "to stderr"] } }],
  },
  ...(
    [
      [
        "not-executable",
        { "extensions/README.md": { content: "# hello\n", mode: 0o644 } },
        "README.md",
        "permission denied",
        "PermissionDenied",
      ],
      ["no-program", { "extensions/broken": { content: "hello\n" } }, "broken", "exec format error", "UnknownError"],
      [
        "no-interpreter",
        { "extensions/broken": { content: "#!/usr/bin/no-such-thing\n" } },
        "broken",
        "no such file or directory",
        "UnknownError",
      ],
      [
        "carriage-returns",
        { "extensions/broken": { content: "#!/bin/sh\r\nexit 0\r\n" } },
        "broken",
        "no such file or directory",
        "UnknownError",
      ],
    ] as const
  ).map(
    ([name, layer, file, problem, kind]): Scene => ({
      name,
      extensions: { zone: wellBehaved },
      layer,
      acts: [{ invoke: "{}", as: "first" }],
      rows: [
        {
          ...{ id: `2.5/launch-error: ${name}`, look: "answer.first" },
          is: platformError("Extension.LaunchError", `fork/exec /opt/extensions/${file}: ${problem}`),
          rie: { differs: "8/crash", is: { status: 502, headers: { "x-amz-function-error": { $absent: true } } } },
        },
        {
          ...{ id: `2.5/launch-error: ${name}, error type`, look: "log" },
          is: { $has: [`EXTENSION\tName: ${file}\tState: LaunchError\tEvents: []\tError Type: ${kind}`] },
          rie: { differs: "6.1/lines", is: { $lacks: { $like: "EXTENSION" } } },
        },
        ...(name === "not-executable"
          ? [
              ...["7.11/stray-files", "6.3/Extension.LaunchError"].map((id) => ({
                ...{ id, look: "answer.first" },
                is: { body: { $json: { errorType: "Extension.LaunchError" } } } as Pattern,
                rie: { differs: "8/crash", is: { status: 502 } as Pattern },
              })),
              {
                ...{ id: "2.6/cannot-start", look: "log" },
                is: {
                  $order: [
                    { $like: "^INIT_REPORT .*\tPhase: init\tStatus: error\tError Type: Extension.LaunchError$" },
                    { $like: "^START" },
                    { $like: "^INIT_REPORT .*\tPhase: invoke\tStatus: error\tError Type: Extension.LaunchError$" },
                  ],
                } as Pattern,
                rie: { differs: "6.1/lines", is: { $lacks: { $like: "INIT_REPORT" } } as Pattern },
              },
            ]
          : []),
      ],
    }),
  ),
  {
    name: "eleven-files",
    layer: eleven,
    runtime: [{ say: "the runtime has started\n" }, serve],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "2.4/eleven-files", look: "answer.first" },
        is: platformError("Extension.LaunchError", "fork/exec /opt/extensions/e10: too many extensions"),
        rie: { differs: "8/crash", is: { status: 502, body: "" } },
      },
      {
        ...{ id: "2.4/eleven-files: error type", look: "log" },
        is: { $has: ["EXTENSION\tName: e10\tState: LaunchError\tEvents: []\tError Type: TooManyExtensions"] },
        rie: { differs: "6.1/lines", is: { $lacks: { $like: "EXTENSION" } } },
      },
      { id: "2.4/eleven-files: no runtime", look: "log", is: { $lacks: "the runtime has started" } },
    ],
  },
  {
    name: "switched-off",
    extensions: { one: [{ exit: 1 }] },
    layer: { "disable-extensions-jwigqn8j": { content: "" } },
    runtime: [register([], { as: "register" }), extensionNext({ as: "next" }), serve],
    acts: [{ invoke: '"fine"', as: "first" }],
    rows: [
      { id: "2.5/switched-off", look: "answer.first", is: { status: 200, body: '"fine"' } },
      { id: "2.2/disabled", look: "bootstrap.register", is: { status: 404 } },
      { id: "2.2/disabled: next", look: "bootstrap.next", is: { status: 404, body: "" } },
    ],
  },
  {
    name: "wrong-name",
    extensions: {
      one: [register(["INVOKE"], { headers: { "Lambda-Extension-Name": "other" }, as: "registered" }), ...obey],
    },
    ...{ init: 600, timeout: 1 },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      { id: "2.4/wrong-name", look: "one.registered", is: registered },
      {
        id: "7.1/wrong-name: INIT waits in vain",
        look: "answer.first",
        is: platformError("Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        rie: { differs: "8/timeout", is: { status: 200, body: "Task timed out after 1.00 seconds" } },
      },
      {
        ...{ id: "7.1/wrong-name: a warning says why", look: "warnings" },
        is: {
          $has: [
            { $like: "INIT waited in vain for the extension one to register, while something called itself other" },
          ],
        },
        rie: { notJudged: "the warning is ours alone" },
      },
    ],
  },
  {
    name: "name-of-external",
    // The file does not register: somebody inside does it under its name, which is what the contract says happens.
    extensions: { one: [{ until: "registered" }, { say: "somebody was me\n" }, { hang: true }] },
    runtime: [serve],
    init: 500,
    timeout: 1,
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        id: "2.4/wrong-name: nobody registers",
        look: "answer.first",
        is: platformError("Sandbox.Timedout", "Task timed out after 1.00 seconds"),
        rie: { differs: "8/timeout", is: { status: 200, body: { $like: "Task timed out after" } } },
      },
    ],
  },
  {
    name: "internal-as-external",
    extensions: { one: wellBehaved },
    runtime: [register(["INVOKE"], { headers: { "Lambda-Extension-Name": "one" }, as: "asExternal" }), serve],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      {
        ...{ id: "2.4/collision", look: "bootstrap.asExternal" },
        is: {
          status: 403,
          body: {
            $json: {
              errorType: "Extension.InvalidExtensionState",
              errorMessage: { $like: "failed for extension one\\." },
            },
          },
        },
      },
    ],
  },
  {
    name: "go-sigterm",
    // What the Go runtime's option does: an internal extension without events, parked on next, so that SIGTERM comes.
    runtime: [
      { onTerm: [{ say: "SIGTERM has come\n" }, { exit: 0 }] },
      ...internal("GoLangEnableSIGTERM", [], "sigterm"),
      { wait: 50 },
      serve,
    ],
    acts: [{ invoke: "1", as: "first" }],
    rows: [
      { id: "2.4/go-sigterm", look: "bootstrap.sigterm", is: registered },
      { id: "3.4/sigterm-with-internal", look: "log", is: { $has: ["SIGTERM has come"] } },
    ],
  },
];
