// The steps that most scripts are made of.
import type { Step } from "./row.ts";

type More = Omit<Step, "call">;

const runtime = "/2018-06-01/runtime";
const extension = "/2020-01-01/extension";
const identified = { "Lambda-Extension-Identifier": "{identifier}" };

/** The runtime asks for its next event. */
export const next = (as?: string): Step => ({ call: `GET ${runtime}/invocation/next`, ...label(as) });

/** The runtime answers the event that it has. */
export const respond = (body: string, more: More = {}): Step => post("invocation/{id}/response", { body, ...more });

/** The runtime reports that the event failed. */
export const fail = (body: string, more: More = {}): Step => post("invocation/{id}/error", { body, ...more });

/** Any POST of the runtime. */
export const post = (path: string, more: More = {}): Step => ({ call: `POST ${runtime}/${path}`, ...more });

/** A runtime that gives back every event. */
export const serve: Step = { loop: [next(), respond("{payload}")] };

/** An extension registers, under its file's name unless said otherwise. */
export const register = (events: readonly string[] | string, { headers, ...more }: More = {}): Step => ({
  call: `POST ${extension}/register`,
  headers: { "Lambda-Extension-Name": "{name}", ...headers },
  body: typeof events === "string" ? events : JSON.stringify({ events }),
  ...more,
});

/** An extension asks for its next event. */
export const extensionNext = (more: More = {}): Step => ({
  call: `GET ${extension}/event/next`,
  headers: identified,
  ...more,
});

/** An extension says why it is about to end. */
export const extensionError = (phase: "init" | "exit", { headers, ...more }: More = {}): Step => ({
  call: `POST ${extension}/${phase}/error`,
  headers: { ...identified, "Lambda-Extension-Function-Error-Type": "Extension.Bad", ...headers },
  body: "{}",
  ...more,
});

/** An extension that is on next for ever, reports its events, and ends when it is told to. */
export const obey: readonly Step[] = [
  { loop: [extensionNext({ as: "event" }), { if: "event=SHUTDOWN", do: [{ exit: 0 }] }] },
];

/** A whole extension that does nothing remarkable. */
export const wellBehaved: readonly Step[] = [register(["INVOKE", "SHUTDOWN"]), ...obey];

/** Subscribes to the Telemetry API with what a listener has opened. */
export const subscribe = (changes: object = {}, more: More = {}): Step => ({
  call: "PUT /2022-07-01/telemetry",
  headers: { ...identified, "Content-Type": "application/json" },
  body: JSON.stringify({ ...subscription, ...changes }),
  ...more,
});

/** Subscribes to the Logs API. */
export const subscribeLogs = (changes: object = {}, more: More = {}): Step => ({
  call: "PUT /2020-08-15/logs",
  headers: { ...identified, "Content-Type": "application/json" },
  body: JSON.stringify({ ...subscription, schemaVersion: "2020-08-15", ...changes }),
  ...more,
});

const subscription = {
  schemaVersion: "2022-12-13",
  types: ["platform", "function"],
  destination: { protocol: "HTTP", URI: "http://sandbox.localdomain:{port}/" },
  buffering: { timeoutMs: 25 },
};

function label(as: string | undefined): { as?: string } {
  return as === undefined ? {} : { as };
}
