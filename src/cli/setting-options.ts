// The endpoint's settings as flags.
import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { settingVariables } from "../emulator/background/wanted.ts";
import { flagName, pickSettings, type SettingName, settingNamed, settingNames } from "../emulator/settings.ts";

/** Adds a flag for each setting, and a second one for what can be off. */
export function addSettingOptions(command: Command): Command<[], Record<string, unknown>> {
  for (const name of settingNames) {
    const { variable, argument, description, offDescription = "", eachFlag } = settingNamed(name);
    const words = `${description} (${variable})`;
    if (argument === undefined) {
      const flag = flagName(name);
      command.addOption(new Option(`--${flag}`, words)).addOption(new Option(`--no-${flag}`, offDescription));
      continue;
    }
    const option = new Option(`--${flagName(name)} ${argument}`, eachFlag ? `${words}; repeatable` : words);
    command.addOption(
      option.argParser((text: string, before: unknown) => {
        const value = readValue(name, text);
        return eachFlag && Array.isArray(before) ? [...before, ...(value as readonly unknown[])] : value;
      }),
    );
  }
  return command as unknown as Command<[], Record<string, unknown>>;
}

function readValue(name: SettingName, text: string): unknown {
  const { choices, read, complain } = settingNamed(name);
  const value = read(text);
  if (value === undefined) throw new InvalidArgumentError(complain?.(text) ?? choices);
  return value;
}

/** The surroundings with the flags in them as variables, over those that are set. */
export function withSettings(env: NodeJS.ProcessEnv, options: Readonly<Record<string, unknown>>): NodeJS.ProcessEnv {
  return { ...env, ...settingVariables(pickSettings((name) => options[settingNamed(name).eachFlag ?? name])) };
}
