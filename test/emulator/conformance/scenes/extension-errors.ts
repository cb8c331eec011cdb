// What the Extensions API refuses, and its states: sections 2.2 and 2.3 of the contract.
import { accepted, extensionTransition, refused } from "../expect.ts";
import type { Pattern } from "../pattern.ts";
import type { Row, Scene, Step } from "../row.ts";
import { extensionError, extensionNext, next, obey, register, respond, serve } from "../steps.ts";

/** How an extension is called once it has registered. */
const identified = { $like: "[0-9a-f-]{36}" };
const unknown = "8b4b2ff1-0000-4000-8000-000000000000";
const withIdentifier = (text: string) => ({ headers: { "Lambda-Extension-Identifier": text } });
const error = (phase: string, headers: Readonly<Record<string, string>>, as: string): Step => ({
  ...{ call: `POST /2020-01-01/extension/${phase}/error`, headers, body: "{}", as },
});

/** Refused in words of a parser's. */
const badFormat: Pattern = { status: 403, body: { $json: { errorType: "InvalidRequestFormat" } } };
const internalName = (name: string) => ({ headers: { "Lambda-Extension-Name": name } });
const eleven = Array.from({ length: 11 }, (_, index) =>
  register([], { ...internalName(`inside${index}`), as: `inside${index}` }),
);

/** Next, in the background, by the time that the following steps run. */
const parked: readonly Step[] = [{ go: [extensionNext()] }, { wait: 100 }];

const inThree = (who: string, label: string, phase: "init" | "exit"): readonly Row[] => [
  {
    ...{ id: `2.2/missing-identifier: ${phase}/error`, look: `${who}.${label}Missing` },
    is: refused(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"),
  },
  {
    ...{ id: `2.2/invalid-identifier: ${phase}/error`, look: `${who}.${label}Invalid` },
    is: refused(403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"),
  },
  {
    ...{ id: `2.2/unknown-identifier: ${phase}/error`, look: `${who}.${label}Unknown` },
    is: refused(403, "Extension.UnknownExtensionIdentifier", "Unknown Lambda-Extension-Identifier"),
  },
  {
    ...{ id: `2.2/missing-header: ${phase}/error`, look: `${who}.${label}NoType` },
    is: refused(403, "Extension.MissingHeader", "Lambda-Extension-Function-Error-Type not found"),
  },
];

export const extensionErrorScenes: readonly Scene[] = [
  {
    name: "extension-errors",
    extensions: {
      one: [
        register([], { headers: { "Lambda-Extension-Name": "" }, as: "emptyName" }),
        { call: "POST /2020-01-01/extension/register", body: "{}", as: "noName" },
        register("no json", { as: "noJson" }),
        register('["INVOKE"]', { as: "list" }),
        register('{"events":"INVOKE"}', { as: "eventsText" }),
        register('{"events":[],"configurationKeys":["a"]}', { as: "configurationKeys" }),
        register(["BOGUS"], { as: "unknownEvent" }),
        register(["invoke"], { as: "lowerCase" }),
        register(["INVOKE", "SHUTDOWN"], { ...internalName("inside"), as: "internalShutdown" }),
        extensionNext({ headers: {}, as: "nextMissing" }),
        extensionNext({ ...withIdentifier("x"), as: "nextInvalid" }),
        extensionNext({ ...withIdentifier(unknown), as: "nextUnknown" }),
        ...["init", "exit"].flatMap((phase) => [
          error(phase, {}, `${phase}Missing`),
          error(
            phase,
            { "Lambda-Extension-Identifier": "x", "Lambda-Extension-Function-Error-Type": "E" },
            `${phase}Invalid`,
          ),
          error(
            phase,
            { "Lambda-Extension-Identifier": unknown, "Lambda-Extension-Function-Error-Type": "E" },
            `${phase}Unknown`,
          ),
        ]),
        register(["INVOKE", "SHUTDOWN"]),
        register(["INVOKE", "SHUTDOWN"], { as: "again" }),
        error("init", { "Lambda-Extension-Identifier": "{identifier}" }, "initNoType"),
        error("exit", { "Lambda-Extension-Identifier": "{identifier}" }, "exitNoType"),
        { call: "GET /2020-01-01/extension/other", as: "otherPath" },
        ...obey,
      ],
    },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        id: "2.2/empty-name",
        look: "one.emptyName",
        is: refused(403, "Extension.InvalidExtensionName", "Empty extension name"),
      },
      {
        id: "2.2/empty-name: missing",
        look: "one.noName",
        is: refused(403, "Extension.InvalidExtensionName", "Empty extension name"),
      },
      { id: "2.2/request-format", look: "one.noJson", is: badFormat },
      { id: "2.2/request-format: a list", look: "one.list", is: badFormat },
      { id: "2.2/request-format: events no list", look: "one.eventsText", is: badFormat },
      { id: "2.2/configuration-keys", look: "one.configurationKeys", is: badFormat },
      {
        id: "2.2/unknown-event",
        look: "one.unknownEvent",
        is: refused(403, "Extension.InvalidEventType", "BOGUS: ErrorInvalidEventType"),
      },
      {
        id: "2.2/unknown-event: case counts",
        look: "one.lowerCase",
        is: refused(403, "Extension.InvalidEventType", "invoke: ErrorInvalidEventType"),
      },
      {
        ...{ id: "2.2/internal-shutdown", look: "one.internalShutdown" },
        is: refused(403, "Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension"),
      },
      { id: "7.8/internal-shutdown", look: "one.internalShutdown", is: { status: 403 } },
      {
        ...{ id: "2.2/missing-identifier", look: "one.nextMissing" },
        is: refused(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"),
      },
      { id: "7.2/call-before-register", look: "one.nextMissing", is: { status: 403 } },
      {
        ...{ id: "2.2/invalid-identifier", look: "one.nextInvalid" },
        is: refused(403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"),
      },
      {
        ...{ id: "2.2/unknown-identifier", look: "one.nextUnknown" },
        is: refused(403, "Extension.UnknownExtensionIdentifier", `Unknown extension ${unknown}`),
      },
      ...inThree("one", "init", "init"),
      ...inThree("one", "exit", "exit"),
      { id: "7.6/init-error-needs-register", look: "one.initMissing", is: { status: 403 } },
      {
        id: "2.2/invalid-state: a second register",
        look: "one.again",
        is: extensionTransition("one", "Registered", "Registered"),
      },
      { id: "2.2/unknown-path", look: "one.otherPath", is: { status: 404 } },
    ],
  },
  {
    name: "internal-errors",
    runtime: [
      ...eleven.slice(0, 5),
      register([], { ...internalName("inside0"), as: "clash" }),
      ...eleven.slice(5),
      register([], { ...internalName("inside0"), as: "clashWhenFull" }),
      { exit: 1 },
    ],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      { id: "2.2/too-many: the tenth", look: "bootstrap.inside9", is: { status: 200 } },
      {
        id: "2.2/too-many",
        look: "bootstrap.inside10",
        is: refused(403, "Extension.TooManyExtensions", "Extension limit (10) reached"),
      },
      {
        ...{ id: "2.2/too-many: comes before the clash", look: "bootstrap.clashWhenFull" },
        is: refused(403, "Extension.TooManyExtensions", "Extension limit (10) reached"),
      },
      {
        ...{ id: "2.2/name-clash", look: "bootstrap.clash" },
        is: refused(403, "Extension.InvalidExtensionState", "Extension with this name already registered"),
      },
    ],
  },
  {
    name: "registration-closed",
    runtime: [
      { go: [next(), { wait: 100 }, respond("1"), serve] },
      { wait: 100 },
      register([], { ...internalName("late"), as: "late" }),
      { mark: "tried" },
      { hang: true },
    ],
    extensions: {
      one: [
        register(["INVOKE"]),
        { until: "tried" },
        register(["INVOKE"], { ...internalName("stranger"), as: "stranger" }),
        ...obey,
      ],
    },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        id: "2.2/registration-closed",
        look: "bootstrap.late",
        is: refused(403, "Extension.RegistrationClosed", "Extension registration closed already"),
      },
      {
        ...{ id: "2.2/registration-closed: an unknown name", look: "one.stranger" },
        is: refused(403, "Extension.RegistrationClosed", "Extension registration closed already"),
      },
    ],
  },
  {
    name: "states",
    extensions: {
      one: [
        register(["INVOKE", "SHUTDOWN"]),
        ...parked,
        extensionNext({ as: "whileReady" }),
        register([], { as: "registerWhenReady" }),
        extensionError("init", { as: "initErrorWhenReady" }),
        { hang: true },
      ],
      // Its event is never answered: it is Running from then on.
      two: [
        register(["INVOKE"]),
        extensionNext(),
        register([], { as: "registerWhenRunning" }),
        extensionError("init", { as: "initErrorWhenRunning" }),
        { wait: 50 },
        ...obey,
      ],
    },
    runtime: [{ wait: 200 }, serve],
    timeout: 2,
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      { id: "2.3/next-while-ready", look: "one.whileReady", is: extensionTransition(identified, "Ready", "Ready") },
      {
        id: "2.3/register-when-ready",
        look: "one.registerWhenReady",
        is: extensionTransition("one", "Ready", "Registered"),
      },
      {
        id: "2.3/init-error-when-ready",
        look: "one.initErrorWhenReady",
        is: extensionTransition(identified, "Ready", "InitError"),
      },
      {
        id: "2.3/register-when-running",
        look: "two.registerWhenRunning",
        is: extensionTransition("two", "Running", "Registered"),
      },
      {
        id: "2.3/init-error-when-running",
        look: "two.initErrorWhenRunning",
        is: extensionTransition(identified, "Running", "InitError"),
      },
    ],
  },
  ...(["init", "exit"] as const).map((phase): Scene => {
    const state = phase === "init" ? "InitError" : "ExitError";
    const other = phase === "init" ? "exit" : "init";
    // Its own state as the target of the call: what exit/error leads to is called so in the core.
    const otherState = phase === "init" ? "Exited" : "InitError";
    return {
      name: `terminal-${phase}`,
      extensions: {
        one: [
          register(["INVOKE"]),
          extensionError(phase, { as: "first" }),
          extensionError(phase, { as: "again" }),
          extensionError(other, { as: "other" }),
          extensionNext({ as: "next" }),
          register([], { as: "register" }),
          { exit: 1 },
        ],
      },
      acts: [{ invoke: "{}", as: "first" }],
      rows: [
        { id: `2.1/${phase}-error`, look: "one.first", is: accepted },
        { id: `2.3/terminal: ${phase}/error again is nothing`, look: "one.again", is: accepted },
        {
          id: `2.3/terminal: ${other}/error after ${phase}/error`,
          look: "one.other",
          is: extensionTransition(identified, state, otherState),
        },
        {
          id: `2.3/terminal: next after ${phase}/error`,
          look: "one.next",
          is: extensionTransition(identified, state, "Ready"),
        },
        {
          id: `2.3/terminal: register after ${phase}/error`,
          look: "one.register",
          is: extensionTransition("one", state, "Registered"),
        },
      ],
    };
  }),
  {
    name: "no-events-blocks",
    extensions: { one: [register([]), { go: [extensionNext({ as: "parked" })] }, { hang: true }] },
    acts: [
      { invoke: '"a"', as: "first" },
      { invoke: '"b"', as: "second" },
    ],
    rows: [
      { id: "2.3/no-events", look: "answer.second", is: { status: 200, body: '"b"' } },
      {
        id: "2.3/no-events: blocks for ever",
        look: "one.parked",
        is: { $any: [{ $absent: true }, { error: { $like: "." } }] },
      },
      { id: "7.7/unsubscribed-must-next", look: "answer.first", is: { status: 200, body: '"a"' } },
    ],
  },
  {
    name: "reports-and-stays",
    extensions: { one: [register(["INVOKE"]), extensionError("init", { as: "reported" }), { hang: true }] },
    ...{ init: 600, timeout: 1 },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      {
        ...{ id: "2.3/report-ends-nothing", look: "answer.first" },
        is: { status: 200, body: { $json: { errorType: "Sandbox.Timedout" } } },
        rie: { differs: "8/timeout", is: { status: 200, body: "Task timed out after 1.00 seconds" } },
      },
    ],
  },
];
