// The endpoint's settings, one list: flags of `local start`, variables, what is shown and what is compared follow from it.
import { resolve } from "node:path";
import { isDocument } from "./access/user-policy.ts";
import { type Fault, faultKinds } from "./faults/fault.ts";
import { readFaults, writeFaults } from "./faults/read-fault.ts";

/** One thing that can be chosen when the endpoint is started. */
export interface Setting<T> {
  /** Says the same as the flag. */
  readonly variable: `LAMBDA_EXT_${string}`;
  /** The flag's name where it can be given several times, for one thing of several each; the setting's own without. */
  readonly eachFlag?: string | undefined;
  /** What nobody has to choose. */
  readonly standard: T;
  /** What the flag takes, as its help names it; nothing for one that is there or not. */
  readonly argument?: string | undefined;
  /** For the help. */
  readonly description: string;
  /** For the help of `--no-…`, which a setting that is on or off has too. */
  readonly offDescription?: string | undefined;
  /** What it can be, in a sentence. */
  readonly choices: string;
  /** The value that a text stands for; undefined where it stands for none. */
  read(text: string): T | undefined;
  /** The text of a value, for the variable. */
  write(value: T): string;
  /** The value as another process finds it, which runs in another folder. */
  locate?(value: T, cwd: string): T;
  /** What is wrong with a text that stands for none, where more can be said than the choices. */
  complain?(text: string): string | undefined;
}

/** All of them, under the names of their flags, or of what one flag adds to. */
export const settings = {
  isolation: choice({
    variable: "LAMBDA_EXT_ISOLATION",
    standard: "auto",
    values: ["auto", "bwrap", "namespace", "none"],
    argument: "level",
    description: "how far functions are kept apart from this machine",
  }),
  freeze: toggle({
    variable: "LAMBDA_EXT_FREEZE",
    standard: true,
    description: "stop an environment's processes between invocations, as Lambda does",
    offDescription: "let them run on, for debuggers",
  }),
  environments: count({
    variable: "LAMBDA_EXT_ENVIRONMENTS",
    standard: 10,
    description: "how many execution environments may live at a time, those of all functions together",
  }),
  network: choice({
    variable: "LAMBDA_EXT_NETWORK",
    standard: "auto",
    values: ["auto", "host", "private"],
    argument: "which",
    description: "whose network environments live in; auto gives those one of their own that could clash",
  }),
  forward: ports({
    variable: "LAMBDA_EXT_FORWARD",
    standard: [],
    description:
      "ports of this machine's 127.0.0.1 that can be reached from networks of environments' own, beside those in a function's AWS_ENDPOINT_URL_<SERVICE>",
  }),
  enforceIam: policyFile({
    variable: "LAMBDA_EXT_ENFORCE_IAM",
    standard: "",
    description: "judge the user's own calls by the IAM policy in this JSON file, read again when it changes; or none",
  }),
  faults: faultList({
    variable: "LAMBDA_EXT_FAULTS",
    eachFlag: "fault",
    standard: [],
    description: `a bad day for calls: KEY=VALUE,… with kind (${faultKinds.join(", ")}) or latency in ms, and region, service, op, from, count, after for which calls`,
  }),
};

/** A value for each. */
export type EndpointSettings = { readonly [Name in SettingName]: (typeof settings)[Name]["standard"] };

/** Those that somebody has chosen. */
export type ChosenSettings = { readonly [Name in SettingName]?: EndpointSettings[Name] | undefined };

/** The name of a setting. */
export type SettingName = keyof typeof settings;

/** The names, in the list's order. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

/** The name of a setting's flag, without its dashes. */
export function flagName(name: SettingName): string {
  return settingNamed(name).eachFlag ?? name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/** A setting whatever its type is: its values only ever go back into it. */
export function settingNamed(name: SettingName): Setting<unknown> {
  return settings[name] as Setting<unknown>;
}

/** A whole set: what was chosen, the earlier choice before the later, and the standard for the rest. */
export function completeSettings(...choices: readonly ChosenSettings[]): EndpointSettings {
  return pickSettings((name) => {
    const chosen = choices.find((choice) => choice[name] !== undefined);
    return chosen?.[name] ?? settingNamed(name).standard;
  }) as EndpointSettings;
}

/** The settings that `choose` gives a value for. */
export function pickSettings(choose: (name: SettingName) => unknown): ChosenSettings {
  const entries = settingNames.map((name) => [name, choose(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

interface ChoiceParts<T extends string> extends Pick<Setting<T>, "variable" | "standard" | "description"> {
  readonly values: readonly T[];
  readonly argument: string;
}

/** One of some words. */
function choice<T extends string>({ values, argument, ...parts }: ChoiceParts<T>): Setting<T> {
  return {
    ...parts,
    argument: `<${argument}>`,
    description: `${parts.description}: ${listed(values)}`,
    choices: `It is ${listed(values)}.`,
    read: (text) => values.find((value) => value === text),
    write: (value) => value,
  };
}

type ToggleParts = Pick<Setting<boolean>, "variable" | "standard" | "description" | "offDescription">;

/** On or off. */
function toggle(parts: ToggleParts): Setting<boolean> {
  return {
    ...parts,
    choices: "It is 1 or 0.",
    read: (text) => ({ 1: true, true: true, 0: false, false: false })[text],
    write: (value) => (value ? "1" : "0"),
  };
}

type NumberParts = Pick<Setting<number>, "variable" | "standard" | "description">;

/** A number of things, at least one. */
function count(parts: NumberParts): Setting<number> {
  return {
    ...parts,
    argument: "<n>",
    choices: "It is a whole number from 1 on.",
    read: (text) => (/^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined),
    write: String,
  };
}

type PortsParts = Pick<Setting<readonly number[]>, "variable" | "standard" | "description">;

/** Ports, or `none`. */
function ports(parts: PortsParts): Setting<readonly number[]> {
  return {
    ...parts,
    argument: "<ports>",
    choices: "It is ports (1 to 65535) with commas between them, or none.",
    read(text) {
      if (text === "" || text === "none") return [];
      const read = text.split(",").map((word) => (/^ *\d{1,5} *$/.test(word) ? Number(word) : 0));
      return read.every((port) => port >= 1 && port <= 65_535) ? read : undefined;
    },
    write: (value) => value.join(",") || "none",
  };
}

type FaultParts = Pick<Setting<readonly Fault[]>, "variable" | "eachFlag" | "standard" | "description">;

/** Faults, or `none`. */
function faultList(parts: FaultParts): Setting<readonly Fault[]> {
  return {
    ...parts,
    argument: "<fault>",
    choices: "It is KEY=VALUE,… with semicolons between several, or none.",
    read(text) {
      const read = readFaults(text);
      return "faults" in read ? read.faults : undefined;
    },
    write: writeFaults,
    complain(text) {
      const read = readFaults(text);
      return "complaint" in read ? read.complaint : undefined;
    },
  };
}

type PolicyParts = Pick<Setting<string>, "variable" | "standard" | "description">;

/** The file of a policy, or the document itself; empty for none. */
function policyFile(parts: PolicyParts): Setting<string> {
  return {
    ...parts,
    argument: "<policy.json>",
    choices: "It is a file, or none.",
    read: (text) => (text === "none" ? "" : text),
    write: (value) => value || "none",
    locate: (value, cwd) => (value === "" || isDocument(value) ? value : resolve(cwd, value)),
  };
}

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
