// Subscribing to the Telemetry API and the Logs API: section 4.1 of the contract.
import { refused } from "../expect.ts";
import type { Pattern } from "../pattern.ts";
import type { Row, Scene, Step } from "../row.ts";
import { extensionNext, obey, register, subscribe, subscribeLogs, wellBehaved } from "../steps.ts";

type Api = "Telemetry" | "Logs";

const ok: Pattern = { status: 200, body: '"OK"' };
const notSupported = (api: Api) =>
  ({
    differs: "8/telemetry",
    is: {
      status: 202,
      body: { $json: { errorType: `${api}.NotSupported`, errorMessage: `${api} API is not supported` } },
    },
  }) as const;
const invalid = (api: Api): Pattern => ({
  ...{ status: 400, headers: { "content-type": "application/json" } },
  body: {
    $json: { errorType: api === "Logs" ? "Logs.ValidationError" : "ValidationError", errorMessage: { $like: "." } },
  },
});

const http = (URI: string) => ({ protocol: "HTTP", URI });
const good = "http://sandbox.localdomain:{port}/";

/** Line of the contract, what is different about the subscription, and whether that is all right. */
type Case = readonly [line: string, changes: object | string, fine: boolean];

const telemetryCases: readonly Case[] = [
  ["schema-version: 2022-07-01", { schemaVersion: "2022-07-01" }, true],
  ["schema-version: 2022-12-13", { schemaVersion: "2022-12-13" }, true],
  ["schema-version: 2025-01-29", { schemaVersion: "2025-01-29" }, true],
  ["schema-version: missing", { schemaVersion: undefined }, false],
  ["schema-version: unknown", { schemaVersion: "2020-08-15" }, false],
  ["types: all", { types: ["platform", "function", "extension"] }, true],
  ["types: missing", { types: undefined }, false],
  ["types: none", { types: [] }, false],
  ["types: unknown", { types: ["platform", "all"] }, false],
  ["destination: missing", { destination: undefined }, false],
  ["destination: unknown protocol", { destination: { protocol: "UDP", port: 4000 } }, false],
  ["destination: sandbox", { destination: http("http://sandbox:{port}/") }, true],
  ["destination: another host", { destination: http("http://127.0.0.1:{port}/") }, false],
  ["destination: no URI", { destination: { protocol: "HTTP" } }, false],
  ["destination: https", { destination: http("https://sandbox.localdomain:{port}/") }, false],
  ["destination: TCP without port", { destination: { protocol: "TCP" } }, false],
  ["destination: TCP port 0", { destination: { protocol: "TCP", port: 0 } }, false],
  ["destination: TCP port 65536", { destination: { protocol: "TCP", port: 65_536 } }, false],
  [
    "destination: method and encoding are ignored",
    { destination: { ...http(good), method: "DELETE", encoding: "X" } },
    true,
  ],
  ["max-items: 999", { buffering: { maxItems: 999 } }, false],
  ["max-items: 1000", { buffering: { maxItems: 1000 } }, true],
  ["max-items: 10000", { buffering: { maxItems: 10_000 } }, true],
  ["max-items: 10001", { buffering: { maxItems: 10_001 } }, false],
  ["max-bytes: 262143", { buffering: { maxBytes: 262_143 } }, false],
  ["max-bytes: 262144", { buffering: { maxBytes: 262_144 } }, true],
  ["max-bytes: 1048576", { buffering: { maxBytes: 1_048_576 } }, true],
  ["max-bytes: 1048577", { buffering: { maxBytes: 1_048_577 } }, false],
  ["timeout: 24", { buffering: { timeoutMs: 24 } }, false],
  ["timeout: 25", { buffering: { timeoutMs: 25 } }, true],
  ["timeout: 30000", { buffering: { timeoutMs: 30_000 } }, true],
  ["timeout: 30001", { buffering: { timeoutMs: 30_001 } }, false],
  ["defaults", { buffering: undefined }, true],
  ["validation: no JSON", "no json", false],
  ["resubscribe", {}, true],
];

const logsCases: readonly Case[] = [
  ["schema-version: 2020-08-15", { schemaVersion: "2020-08-15" }, true],
  ["schema-version: 2021-03-18", { schemaVersion: "2021-03-18" }, true],
  ["schema-version: missing is fine", { schemaVersion: undefined }, true],
  ["schema-version: unknown", { schemaVersion: "2022-12-13" }, false],
  ["types: none", { types: [] }, false],
  ["destination: missing", { destination: undefined }, false],
  ["destination: PUT", { destination: { ...http(good), method: "PUT" } }, true],
  ["destination: unknown method", { destination: { ...http(good), method: "DELETE" } }, false],
  ["destination: unknown encoding", { destination: { ...http(good), encoding: "XML" } }, false],
  ["destination: encoding", { destination: { ...http(good), encoding: "JSON" } }, true],
  ["max-items: 999", { buffering: { maxItems: 999 } }, false],
  ["max-bytes: 262143", { buffering: { maxBytes: 262_143 } }, false],
  ["timeout: 24", { buffering: { timeoutMs: 24 } }, false],
  ["validation: no JSON", "no json", false],
  ["resubscribe", {}, true],
];

const identifiers = (api: Api, path: string): { readonly steps: readonly Step[]; readonly rows: readonly Row[] } => {
  const call = (headers: Readonly<Record<string, string>>, as: string): Step => ({
    call: `PUT ${path}`,
    headers,
    body: "{}",
    as,
  });
  const unknown = "8b4b2ff1-0000-4000-8000-000000000000";
  const rie = notSupported(api);
  return {
    steps: [
      call({}, "missing"),
      call({ "Lambda-Extension-Identifier": "x" }, "malformed"),
      call({ "Lambda-Extension-Identifier": unknown }, "unknown"),
    ],
    rows: [
      {
        id: `4.1/identifier: ${api}, missing`,
        look: `one.missing`,
        is: refused(403, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"),
        rie,
      },
      {
        id: `4.1/identifier: ${api}, malformed`,
        look: `one.malformed`,
        is: refused(403, "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"),
        rie,
      },
      {
        id: `4.1/identifier: ${api}, unknown`,
        look: `one.unknown`,
        is: { status: 403, body: { $json: { errorType: "Extension.UnknownExtensionIdentifier" } } },
        rie,
      },
    ],
  };
};

function subscribing(api: Api, cases: readonly Case[]): Scene {
  const path = api === "Logs" ? "/2020-08-15/logs" : "/2022-07-01/telemetry";
  const put = api === "Logs" ? subscribeLogs : subscribe;
  const other = api === "Logs" ? subscribe : subscribeLogs;
  const { steps, rows } = identifiers(api, path);
  const rie = notSupported(api);
  const steps_ = cases.map(([line, changes]): Step => {
    const as = label(line);
    return typeof changes === "string" ? { ...put(), body: changes, as } : put(changes, { as });
  });
  return {
    name: `subscribe-${api.toLowerCase()}`,
    extensions: {
      one: [
        { listen: { protocol: "HTTP" } },
        register(["INVOKE"]),
        ...steps,
        ...steps_,
        other({}, { as: "other" }),
        extensionNext(),
        put({}, { as: "late" }),
        ...obey,
      ],
    },
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      ...rows,
      ...cases.map(
        ([line, , fine]): Row => ({
          id: `4.1/${line} (${api})`,
          look: `one.${label(line)}`,
          is: fine ? ok : invalid(api),
          rie,
        }),
      ),
      { id: `4.1/ok (${api})`, look: `one.${label("resubscribe")}`, is: ok, rie },
      {
        id: `4.1/one-api (${api} first)`,
        look: "one.other",
        is: { status: 400 },
        rie: { ...notSupported(api === "Logs" ? "Telemetry" : "Logs") },
      },
      {
        ...{ id: `4.1/closed (${api})`, look: "one.late", rie },
        is: refused(403, `${api}.SubscriptionClosed`, `${api} API subscription is closed already`),
      },
      {
        ...{ id: `6.1/subscription (${api})`, look: "log" },
        is: {
          $has: [`${api === "Logs" ? "LOGS" : "TELEMETRY"}\tName: one\tState: Subscribed\tTypes: [Platform, Function]`],
        },
        rie: { differs: "8/telemetry", is: { $lacks: { $like: "Subscribed" } } },
      },
      ...(api === "Telemetry" ? [{ id: "7.2/subscribe-late", look: "one.late", is: { status: 403 }, rie }] : []),
    ],
  };
}

function label(line: string): string {
  return line.replace(/[^a-zA-Z0-9]+/g, "-");
}

export const subscriptionScenes: readonly Scene[] = [
  subscribing("Telemetry", telemetryCases),
  subscribing("Logs", logsCases),
  {
    name: "bind-sandbox",
    extensions: {
      one: [
        { listen: { protocol: "HTTP", host: "sandbox.localdomain" } },
        register(["INVOKE", "SHUTDOWN"]),
        subscribe(),
        ...obey,
      ],
      two: [{ listen: { protocol: "HTTP", host: "sandbox" } }, register(["INVOKE", "SHUTDOWN"]), subscribe(), ...obey],
    },
    acts: [{ invoke: "{}", as: "first" }],
    rows: (["one", "two"] as const).map((name) => ({
      ...{ id: `4.1/names-resolve: ${name}`, look: `events.${name}`, is: { $has: [{ type: "platform.initStart" }] } },
      none: "without isolation nothing resolves sandbox.localdomain for the processes",
      rie: { differs: "8/telemetry", is: [] },
    })),
  },
  {
    name: "internal-subscribes",
    extensions: { one: wellBehaved },
    runtime: [
      { listen: { protocol: "HTTP" } },
      register(["INVOKE"], { headers: { "Lambda-Extension-Name": "inside" } }),
      subscribe({}, { as: "subscribed" }),
      { go: [{ loop: [extensionNext()] }] },
      { wait: 50 },
      {
        loop: [
          { call: "GET /2018-06-01/runtime/invocation/next" },
          { wait: 100 },
          { call: "POST /2018-06-01/runtime/invocation/{id}/response", body: "1" },
        ],
      },
    ],
    acts: [{ invoke: "{}", as: "first" }],
    rows: [
      { id: "4.1/ok: an internal extension", look: "bootstrap.subscribed", is: ok, rie: notSupported("Telemetry") },
      {
        id: "4.1/replay",
        look: "events.bootstrap",
        is: { $order: [{ type: "platform.initStart" }, { type: "platform.start" }] },
        rie: { differs: "8/telemetry", is: [] },
      },
    ],
  },
];
