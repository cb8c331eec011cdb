// The endpoint's settings, one list: flags of `local start`, variables, what is shown and what is compared follow from it.

/** One thing that can be chosen when the endpoint is started. */
export interface Setting<T> {
  /** Says the same as the flag, which bears the setting's name. */
  readonly variable: `LAMBDA_EXT_${string}`;
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
}

/** All of them, under the names of their flags. */
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
};

/** A value for each. */
export type EndpointSettings = { readonly [Name in SettingName]: (typeof settings)[Name]["standard"] };

/** Those that somebody has chosen. */
export type ChosenSettings = { readonly [Name in SettingName]?: EndpointSettings[Name] | undefined };

/** The name of a setting. */
export type SettingName = keyof typeof settings;

/** The names, in the list's order. */
export const settingNames = Object.keys(settings) as readonly SettingName[];

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

function listed(words: readonly string[]): string {
  return `${words.slice(0, -1).join(", ")} or ${words.at(-1)}`;
}
