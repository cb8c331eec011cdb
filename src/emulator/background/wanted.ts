// Which settings a command line asks for, and whether an endpoint that runs has them.
import { usageError } from "../../model/errors.ts";
import { checkUserPolicy } from "../access/user-policy.ts";
import {
  type ChosenSettings,
  flagName,
  pickSettings,
  type SettingName,
  settingNamed,
  settingNames,
} from "../settings.ts";

/**
 * The settings whose variables are set; flags come here as variables too. An empty variable says nothing. Files are looked for in `cwd`.
 * @throws LambdaExtError `InvalidSetting` for a value that there is not.
 */
export function chosenSettings(env: NodeJS.ProcessEnv, cwd = "/"): ChosenSettings {
  return pickSettings((name) => {
    const { variable, choices, read, complain, locate } = settingNamed(name);
    const text = env[variable];
    if (!text) return undefined;
    const value = read(text);
    if (value !== undefined) return locate ? locate(value, cwd) : value;
    throw usageError(`${variable} is ${JSON.stringify(text)}.`, {
      code: "InvalidSetting",
      hint: complain?.(text) ?? choices,
    });
  });
}

/**
 * Looks, before anything is replaced, whether settings can be had, and had together.
 * @throws LambdaExtError `PrivateNetworkUnavailable`, `NoSuchFile`, `MalformedPolicyDocument`.
 */
export function refuseContradiction(wanted: ChosenSettings): void {
  checkUserPolicy(wanted.enforceIam ?? "");
  if (wanted.isolation !== "none" || wanted.network !== "private") return;
  throw usageError("Environments cannot have networks of their own here: isolation none has none to give.", {
    code: "PrivateNetworkUnavailable",
    hint: "Choose one of the two otherwise: `lambda-ext local start --network auto` does without, `--isolation auto` has some where the machine does.",
  });
}

/** The variables that say what was chosen. */
export function settingVariables(chosen: ChosenSettings): Record<string, string> {
  const entries = settingNames.flatMap((name) => {
    const { variable, write } = settingNamed(name);
    return chosen[name] === undefined ? [] : [[variable, write(chosen[name])] as const];
  });
  return Object.fromEntries(entries);
}

/** Those of another endpoint's settings that exist here: it may be of another version. */
export function knownSettings(told: unknown): ChosenSettings {
  const values = (told ?? {}) as Readonly<Record<string, unknown>>;
  return pickSettings((name) =>
    values[name] === undefined ? undefined : settingNamed(name).read(toldText(name, values[name])),
  );
}

/** Lists of objects come as they are in JSON; anything else reads as it prints. */
function toldText(name: SettingName, value: unknown): string {
  const isList = Array.isArray(value) && value.every((one) => typeof one === "object" && one !== null);
  return isList ? settingNamed(name).write(value) : String(value);
}

/** Where it runs otherwise than was chosen, in words; undefined where it does not. What was not chosen may be as it is. */
export function settingsDifference(running: ChosenSettings, chosen: ChosenSettings): string | undefined {
  const [name] = settingNames.filter((one) => chosen[one] !== undefined && text(one, chosen) !== text(one, running));
  return name && `it runs with ${settingFlag(name, running)}, wanted is ${settingFlag(name, chosen)}`;
}

/** Settings as flags of `local start`. */
export function settingFlags(values: ChosenSettings): string {
  return settingNames.map((name) => settingFlag(name, values)).join(" ");
}

function settingFlag(name: SettingName, values: ChosenSettings): string {
  const { argument, eachFlag, write } = settingNamed(name);
  const flag = flagName(name);
  if (argument === undefined) return values[name] ? `--${flag}` : `--no-${flag}`;
  if (eachFlag !== undefined) {
    const each = (values[name] ?? []) as readonly unknown[];
    if (each.length === 0) return `--${flag} none`;
    return each.map((one) => `--${flag} '${write([one])}'`).join(" ");
  }
  return `--${flag} ${text(name, values)}`;
}

function text(name: SettingName, values: ChosenSettings): string {
  return values[name] === undefined ? "" : settingNamed(name).write(values[name]);
}
