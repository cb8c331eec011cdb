// Subscribing over HTTP, one row for each line of the contract's tables: what is accepted, with which defaults, and what is refused how.
import { randomUUID } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ApiServer, startApiServer } from "../../../src/emulator/apis/server.ts";
import { readSubscription } from "../../../src/emulator/apis/telemetry/read-subscription.ts";
import { Extensions } from "../../../src/emulator/environment/extensions.ts";
import { RuntimeState } from "../../../src/emulator/environment/runtime-state.ts";
import type { FunctionSnapshot } from "../../../src/emulator/execution.ts";
import { machineNetwork } from "../../../src/emulator/sandbox/network/network.ts";
import type { PlatformEvent } from "../../../src/emulator/telemetry/platform-event.ts";
import { Telemetry } from "../../../src/emulator/telemetry/telemetry.ts";
import { openListener } from "./support/listener.ts";

const paths = { Telemetry: "/2022-07-01/telemetry", Logs: "/2020-08-15/logs" };
type Api = keyof typeof paths;

let server: ApiServer;
let telemetry: Telemetry;
let told: PlatformEvent[];

beforeEach(async () => {
  const ignore = () => {};
  const snapshot = { functionName: "f", version: "$LATEST", handler: "h", accountId: "0" } as FunctionSnapshot;
  const extensions = new Extensions({ snapshot, enabled: true, onChange: ignore });
  const runtime = new RuntimeState({ onChange: ignore, onOutcome: ignore, onInitError: ignore, onSpoilt: ignore });
  told = [];
  telemetry = new Telemetry({
    connect: machineNetwork.connect,
    onSubscribed: (event) => {
      told.push(event);
      telemetry.emit(event);
    },
    warn: ignore,
  });
  server = await startApiServer(() => ({ runtime, extensions, telemetry }));
});
afterEach(async () => {
  telemetry.close();
  await server.close();
});

async function register(name = "one"): Promise<string> {
  const response = await fetch(`http://${server.address}/2020-01-01/extension/register`, {
    ...{ method: "POST", headers: { "Lambda-Extension-Name": name }, body: "{}" },
  });
  return response.headers.get("Lambda-Extension-Identifier") ?? "";
}

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: string;
}

async function put(api: Api, body: unknown, identifier?: string): Promise<Answer> {
  const response = await fetch(`http://${server.address}${paths[api]}`, {
    method: "PUT",
    headers: identifier === undefined ? {} : { "Lambda-Extension-Identifier": identifier },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
  return { status: response.status, type: response.headers.get("content-type"), body: await response.text() };
}

const destination = { protocol: "HTTP", URI: "http://sandbox.localdomain:4243/path" };
const valid = { schemaVersion: "2022-07-01", types: ["platform"], destination };
const validFor = (api: Api) => (api === "Logs" ? { ...valid, schemaVersion: undefined } : valid);
const read = (api: Api, document: unknown) => readSubscription(api, Buffer.from(JSON.stringify(document)));
const port = { protocol: "TCP", port: 4243 };

describe.each(["Telemetry", "Logs"] as const)("%s API", (api) => {
  test("a valid subscription is answered 200 and told", async () => {
    const identifier = await register();
    const answer = await put(api, { ...validFor(api), types: ["platform", "function", "extension"] }, identifier);
    expect(answer).toEqual({ status: 200, type: "application/json", body: '"OK"' });
    const type = api === "Logs" ? "platform.logsSubscription" : "platform.telemetrySubscription";
    const record = { name: "one", state: "Subscribed", types: ["platform", "function", "extension"] };
    expect(told).toEqual([{ type, record }]);
  });

  const unknown = randomUUID();
  test.each([
    ["no identifier", undefined, "Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header"],
    ["no UUID", "x", "Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier"],
    ["nobody's", unknown, "Extension.UnknownExtensionIdentifier", "Unknown Lambda-Extension-Identifier"],
  ])("identifier: %s", async (_what, identifier, errorType, errorMessage) => {
    const answer = await put(api, valid, identifier);
    expect(answer.status).toBe(403);
    expect(JSON.parse(answer.body)).toEqual({ errorMessage, errorType });
  });

  test("closed after INIT, whatever the body says", async () => {
    const identifier = await register();
    telemetry.closeSubscriptions();
    const answer = await put(api, "no JSON", identifier);
    expect(answer.status).toBe(403);
    const errorMessage = `${api} API subscription is closed already`;
    expect(JSON.parse(answer.body)).toEqual({ errorMessage, errorType: `${api}.SubscriptionClosed` });
  });

  test("the other API on top of it", async () => {
    const identifier = await register();
    const other = api === "Logs" ? "Telemetry" : "Logs";
    expect((await put(other, validFor(other), identifier)).status).toBe(200);
    const answer = await put(api, validFor(api), identifier);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body)).toEqual({
      errorMessage: `Extension one is subscribed to the ${other} API already`,
      errorType: api === "Logs" ? "Logs.ValidationError" : "ValidationError",
    });
    // Another extension may use it.
    expect((await put(api, validFor(api), await register("two"))).status).toBe(200);
  });

  test("other methods have no route", async () => {
    expect((await fetch(`http://${server.address}${paths[api]}`)).status).toBe(404);
  });

  const versions = api === "Logs" ? "2020-08-15, 2021-03-18" : "2022-07-01, 2022-12-13, 2025-01-29";
  const types = "types must be a list with at least one of platform, function, extension";
  const uri = "destination.URI must have the form http://sandbox.localdomain:PORT/PATH";
  const ports = "destination.port must be a whole number from 1 to 65535";
  const items = "buffering.maxItems must be a whole number from 1000 to 10000";
  const bytes = "buffering.maxBytes must be a whole number from 262144 to 1048576";
  const timeout = "buffering.timeoutMs must be a whole number from 25 to 30000";
  const to = (URI: unknown) => ({ destination: { protocol: "HTTP", URI } });
  const buffer = (buffering: unknown) => ({ buffering });
  test.each([
    [{ schemaVersion: "2019-01-01" }, `schemaVersion must be one of ${versions}, not "2019-01-01"`],
    [{ schemaVersion: 1 }, `schemaVersion must be one of ${versions}, not 1`],
    [{ types: undefined }, `${types}, and is missing`],
    [{ types: [] }, `${types}, not []`],
    [{ types: "platform" }, `${types}, not "platform"`],
    [{ types: ["platform", "logs"] }, `${types}, not "logs"`],
    [{ destination: undefined }, "destination must be an object, and is missing"],
    [{ destination: "http://sandbox:1" }, 'destination must be an object, not "http://sandbox:1"'],
    [{ destination: {} }, "destination.protocol must be HTTP or TCP, and is missing"],
    [{ destination: { protocol: "http" } }, 'destination.protocol must be HTTP or TCP, not "http"'],
    [to(undefined), `${uri}, and is missing`],
    [to("sandbox.localdomain:1"), `${uri}, not "sandbox.localdomain:1"`],
    [to("https://sandbox.localdomain:1"), `${uri}, not "https://sandbox.localdomain:1"`],
    [
      to("http://sandbox.localdomain:0"),
      'destination.URI must have a port from 1 to 65535, not "http://sandbox.localdomain:0"',
    ],
    [to("http://localhost:1"), 'destination.URI must name the host sandbox.localdomain, not "localhost"'],
    [to("http://127.0.0.1:1"), 'destination.URI must name the host sandbox.localdomain, not "127.0.0.1"'],
    [to("http://sandbox:9001"), "destination.URI must not use port 9001, which is Lambda's own"],
    [{ destination: { protocol: "TCP" } }, `${ports}, and is missing`],
    [{ destination: { ...port, port: 0 } }, `${ports}, not 0`],
    [{ destination: { ...port, port: 65_536 } }, `${ports}, not 65536`],
    [{ destination: { ...port, port: "4243" } }, `${ports}, not "4243"`],
    [{ destination: { ...port, port: 9001 } }, "destination.port must not use port 9001, which is Lambda's own"],
    [buffer([]), "buffering must be an object, not []"],
    [buffer({ maxItems: 999 }), `${items}, not 999`],
    [buffer({ maxItems: 10_001 }), `${items}, not 10001`],
    [buffer({ maxItems: 1000.5 }), `${items}, not 1000.5`],
    [buffer({ maxBytes: 262_143 }), `${bytes}, not 262143`],
    [buffer({ maxBytes: 1_048_577 }), `${bytes}, not 1048577`],
    [buffer({ timeoutMs: 24 }), `${timeout}, not 24`],
    [buffer({ timeoutMs: 30_001 }), `${timeout}, not 30001`],
    [buffer({ timeoutMs: "1000" }), `${timeout}, not "1000"`],
  ])("refuses %j", async (changes, errorMessage) => {
    const answer = await put(api, { ...validFor(api), ...changes }, await register());
    expect(answer.status).toBe(400);
    const errorType = api === "Logs" ? "Logs.ValidationError" : "ValidationError";
    expect(JSON.parse(answer.body)).toEqual({ errorMessage, errorType });
    expect(told).toEqual([]);
  });

  test.each([
    ["{", /JSON/],
    ["[]", /^The body must be a JSON object$/],
    ["null", /JSON object/],
  ])("refuses the body %s", async (body, message) => {
    const answer = await put(api, body, await register());
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.body).errorMessage).toMatch(message);
  });

  const target = {
    protocol: "HTTP",
    port: 4243,
    path: "/path",
    hostHeader: "sandbox.localdomain:4243",
    method: "POST",
  };
  const usual = { maxItems: 10_000, maxBytes: 262_144, timeoutMs: 1000 };
  const least = { maxItems: 1000, maxBytes: 262_144, timeoutMs: 25 };
  const most = { maxItems: 10_000, maxBytes: 1_048_576, timeoutMs: 30_000 };
  test.each([
    ["the defaults of buffering", {}, { buffering: usual, target }],
    ["buffering null", buffer(null), { buffering: usual }],
    ["the least", buffer(least), { buffering: least }],
    ["the most", buffer(most), { buffering: most }],
    ["a part of it", buffer({ timeoutMs: 50 }), { buffering: { ...usual, timeoutMs: 50 } }],
    ["types twice", { types: ["function", "platform", "function"] }, { types: ["function", "platform"] }],
    [
      "the short host",
      to("http://sandbox:80/a?b=c"),
      { target: { ...target, port: 80, path: "/a?b=c", hostHeader: "sandbox" } },
    ],
    ["no path", to("http://sandbox:1"), { target: { ...target, port: 1, path: "/", hostHeader: "sandbox:1" } }],
    ["no port", to("http://sandbox/"), { target: { ...target, port: 80, path: "/", hostHeader: "sandbox" } }],
    ["TCP", { destination: port }, { target: port }],
    ["keys that nobody knows", { later: true }, { buffering: usual }],
  ])("accepts %s", (_what, changes, expected) => {
    expect(read(api, { ...validFor(api), ...changes })).toMatchObject(expected);
  });
});

test.each(["2022-07-01", "2022-12-13", "2025-01-29"])("Telemetry API, schema %s", (schemaVersion) => {
  expect(read("Telemetry", { ...valid, schemaVersion })).toMatchObject({ schemaVersion });
});
test.each([
  [undefined, "2020-08-15"],
  ["2020-08-15", "2020-08-15"],
  ["2021-03-18", "2021-03-18"],
])("Logs API, schema %s", (schemaVersion, used) => {
  expect(read("Logs", { ...valid, schemaVersion })).toMatchObject({ schemaVersion: used });
});
test("the Telemetry API needs a schema version", () => {
  const problem = "schemaVersion must be one of 2022-07-01, 2022-12-13, 2025-01-29, and is missing";
  expect(read("Telemetry", { ...valid, schemaVersion: undefined })).toEqual({ problem });
});

const more = (changes: object) => ({ ...valid, schemaVersion: undefined, destination: { ...destination, ...changes } });
test.each([
  [{ method: "PUT", encoding: "JSON" }, { target: { method: "PUT" } }],
  [{ method: "POST" }, { target: { method: "POST" } }],
  [{ method: "GET" }, { problem: 'destination.method must be POST or PUT, not "GET"' }],
  [{ encoding: "XML" }, { problem: 'destination.encoding must be JSON, not "XML"' }],
])("the Logs API has a method and an encoding: %j", (changes, expected) => {
  expect(read("Logs", more(changes))).toMatchObject(expected);
});
test("the Telemetry API ignores both", () => {
  const document = { ...more({ method: "GET", encoding: "XML" }), schemaVersion: "2022-07-01" };
  expect(read("Telemetry", document)).toMatchObject({ target: { method: "POST" } });
});

describe("what came before", () => {
  const start = { type: "platform.start", record: { requestId: "1", version: "1" } } as const;
  const quick = { timeoutMs: 25 };

  test("is given to each subscriber, in its order and of its types", async () => {
    const listener = await openListener();
    telemetry.emit(start);
    telemetry.line("function", "one line\n");
    telemetry.line("extension", "another\r\n");
    const body = (types: string[]) => ({ ...valid, types, destination: listener.destination, buffering: quick });
    await put("Telemetry", body(["function", "extension"]), await register());
    await listener.until(2);
    expect(listener.events.map(({ type, record }) => [type, record])).toEqual([
      ["function", "one line"],
      ["extension", "another"],
    ]);
    await put("Telemetry", body(["platform"]), await register("two"));
    await listener.until(5);
    expect(listener.events.slice(2).map(({ type }) => type)).toEqual([
      ...["platform.start", "platform.telemetrySubscription", "platform.telemetrySubscription"],
    ]);
    await listener.close();
  });

  test("a second subscription takes the first one's place: nothing twice, nothing lost, what is new to it replayed", async () => {
    const [first, second] = [await openListener(), await openListener()];
    const identifier = await register();
    telemetry.emit(start);
    telemetry.line("function", "sent before");
    const body = { ...valid, types: ["function"], destination: first.destination, buffering: quick };
    await put("Telemetry", body, identifier);
    await first.until(1);
    await put("Telemetry", { ...body, buffering: { timeoutMs: 30_000 } }, identifier);
    telemetry.line("function", "waits");
    await put("Telemetry", { ...body, types: ["platform", "function"], destination: second.destination }, identifier);
    telemetry.line("function", "after");
    await second.until(6);
    expect(first.events.map(({ record }) => record)).toEqual(["sent before"]);
    expect(second.events.map(({ type, record }) => (type === "function" ? record : type))).toEqual([
      ...["platform.start", "platform.telemetrySubscription", "platform.telemetrySubscription"],
      ...["waits", "platform.telemetrySubscription", "after"],
    ]);
    await first.close();
    await second.close();
  });

  test("is counted where it was too much to keep", async () => {
    const listener = await openListener();
    const line = "x".repeat(250_000);
    for (let i = 0; i < 40; i++) telemetry.line("function", line);
    const body = {
      ...valid,
      types: ["function"],
      destination: listener.destination,
      buffering: { maxBytes: 1_048_576, ...quick },
    };
    await put("Telemetry", body, await register());
    await listener.until(34);
    const dropped = listener.events.filter(({ type }) => type === "platform.logsDropped");
    expect(dropped.length).toBe(1);
    expect(listener.events.length - 1 + dropped[0]?.record.droppedRecords).toBe(40);
    await listener.close();
  });

  test("is gone when INIT has ended, and nothing is made any more where nobody listens", () => {
    expect(telemetry.listening).toBe(true);
    telemetry.closeSubscriptions();
    expect(telemetry.listening).toBe(false);
  });
});
