// The endpoint's settings as flags.
import { type Command, InvalidArgumentError, Option } from "@commander-js/extra-typings";
import { settingVariables } from "../emulator/background/wanted.ts";
import { pickSettings, settingNamed, settingNames } from "../emulator/settings.ts";

/** Adds a flag for each setting, and a second one for what can be off. */
export function addSettingOptions(command: Command): Command<[], Record<string, unknown>> {
  for (const name of settingNames) {
    const { variable, argument, description, offDescription = "", choices, read } = settingNamed(name);
    const words = `${description} (${variable})`;
    if (argument === undefined) {
      command.addOption(new Option(`--${name}`, words)).addOption(new Option(`--no-${name}`, offDescription));
      continue;
    }
    const parse = (text: string) => {
      const value = read(text);
      if (value === undefined) throw new InvalidArgumentError(choices);
      return value;
    };
    command.addOption(new Option(`--${name} ${argument}`, words).argParser(parse));
  }
  return command as unknown as Command<[], Record<string, unknown>>;
}

/** The surroundings with the flags in them as variables, over those that are set. */
export function withSettings(env: NodeJS.ProcessEnv, options: Readonly<Record<string, unknown>>): NodeJS.ProcessEnv {
  return { ...env, ...settingVariables(pickSettings((name) => options[name])) };
}
