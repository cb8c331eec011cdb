// Faults as text, `region=me-central-1,op=PublishLayerVersion,kind=down`: read, with a word about what is wrong, and written.
import { nearest } from "../../model/nearest.ts";
import { partitionOf, regionPattern } from "../../model/partition.ts";
import { callers, type Fault, type FaultKind, faultKinds } from "./fault.ts";

/** What a text gave: faults, or what is wrong with it. */
export type ReadFaults = { readonly faults: readonly Fault[] } | { readonly complaint: string };

/** Between faults in one text, where there is one variable for all of them. */
const between = ";";

interface Key {
  readonly field: keyof Fault;
  /** What its value is, for complaints. */
  readonly takes: string;
  /** Undefined for a text that it does not take. */
  read(text: string): string | number | undefined;
  /** Kinds that it says something about; all of them, and none, without. */
  readonly kinds?: readonly FaultKind[];
}

const keys: Readonly<Record<string, Key>> = {
  region: { field: "region", takes: "a region, or several with a star (me-*)", read: readRegion },
  service: { field: "service", takes: "a service as signatures name it (lambda, iam)", read: pattern(/^[a-z0-9*-]+$/) },
  op: { field: "op", takes: "an operation (PublishLayerVersion), or several with a star", read: pattern(/^[\w*]+$/) },
  from: { field: "from", takes: listed(callers), read: oneOf(callers) },
  kind: { field: "kind", takes: listed(faultKinds), read: oneOf(faultKinds) },
  latency: { field: "latency", takes: "milliseconds", read: wholeNumber(0) },
  count: { field: "count", takes: "a number of calls, from 1 on", read: wholeNumber(1) },
  after: { field: "after", takes: "a number of calls", read: wholeNumber(0) },
  status: {
    field: "status",
    takes: "an HTTP status from 400 to 599",
    read: pattern(/^[45]\d\d$/, Number),
    kinds: ["error", "throttle", "proxy"],
  },
  code: {
    field: "code",
    takes: "AWS's name of an error",
    read: pattern(/^[A-Za-z][\w.]*$/),
    kinds: ["error", "throttle"],
  },
  "retry-after": { field: "retryAfter", takes: "seconds", read: wholeNumber(0), kinds: ["throttle"] },
  work: { field: "work", takes: "none or done", read: oneOf(["none", "done"]), kinds: ["error", "proxy"] },
};

/** Reads faults with semicolons between them; `none`, or nothing, for none. */
export function readFaults(text: string): ReadFaults {
  const faults: Fault[] = [];
  if (text.trim() === "none") return { faults };
  for (const one of text.split(between).map((part) => part.trim())) {
    if (one === "") continue;
    const read = readFault(one);
    if (typeof read === "string") return { complaint: read };
    faults.push(read);
  }
  return { faults };
}

/** Writes them so that they can be read again. */
export function writeFaults(faults: readonly Fault[]): string {
  return faults.map(writeFault).join(between) || "none";
}

/** One of them, its keys in our order. */
export function writeFault(fault: Fault): string {
  const names = new Map(Object.entries(keys).map(([name, { field }]) => [field as string, name]));
  const order = [...names.keys()];
  return (
    Object.entries(fault)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => order.indexOf(a) - order.indexOf(b))
      // What nobody knows is written too, so that whoever reads it complains.
      .map(([field, value]) => `${names.get(field) ?? field}=${value}`)
      .join(",")
  );
}

function readFault(text: string): Fault | string {
  const fault: Record<string, string | number> = {};
  const named: Key[] = [];
  for (const word of text.split(",").map((part) => part.trim())) {
    const cut = word.indexOf("=");
    const name = cut < 0 ? word : word.slice(0, cut).trim();
    const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
    if (!key) return `A fault has no ${JSON.stringify(name)}${meant(name, Object.keys(keys))}`;
    const value = cut < 0 ? "" : word.slice(cut + 1).trim();
    const read = key.read(value);
    if (read === undefined) {
      const choices = name === "kind" ? faultKinds : name === "region" ? partitionOf(value).regions : [];
      return `A fault's ${name} is ${key.takes}, not ${JSON.stringify(value)}${meant(value, choices)}`;
    }
    if (fault[key.field] !== undefined) return `A fault says ${name} twice: ${text}.`;
    fault[key.field] = read;
    named.push(key);
  }
  if (fault.kind === undefined && fault.latency === undefined) {
    return `A fault says what happens, kind=${faultKinds.join("|")} or latency=MILLISECONDS: ${text} does not.`;
  }
  const idle = named.find(({ kinds }) => kinds && !kinds.some((kind) => kind === fault.kind));
  if (idle) return `A fault's ${nameOf(idle)} goes with kind=${idle.kinds?.join("|")}: ${text}.`;
  return fault;
}

function nameOf(key: Key): string {
  return Object.entries(keys).find(([, one]) => one === key)?.[0] ?? key.field;
}

function meant(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  if (near) return `; did you mean ${near}?`;
  return candidates.length > 0 && candidates.length < 20 ? `; there are ${candidates.join(", ")}.` : ".";
}

function readRegion(text: string): string | undefined {
  if (text.includes("*")) return /^[a-z0-9*-]+$/.test(text) ? text : undefined;
  return regionPattern.test(text) ? text : undefined;
}

function pattern(form: RegExp, turn: (text: string) => string | number = (text) => text): Key["read"] {
  return (text) => (form.test(text) ? turn(text) : undefined);
}

function oneOf(words: readonly string[]): Key["read"] {
  return (text) => words.find((word) => word === text);
}

function wholeNumber(least: number): Key["read"] {
  return (text) => (/^\d{1,9}$/.test(text) && Number(text) >= least ? Number(text) : undefined);
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
