// Options of a command line, by what their commands make of them.
import type { CommandLine } from "./need.ts";

type Line = Pick<CommandLine, "options">;

/** An option that is a text. */
export function textOption({ options }: Line, name: string): string | undefined {
  const value = options[name];
  return typeof value === "string" ? value : undefined;
}

/** An option that is a list, or can be given again. */
export function listOption({ options }: Line, name: string): readonly string[] | undefined {
  const value = options[name];
  return Array.isArray(value) ? value.map(String) : undefined;
}

/** Whether one of these was given. */
export function given({ options }: Line, ...names: readonly string[]): boolean {
  return names.some((name) => options[name] !== undefined && options[name] !== false);
}

/** The words without a flag. */
export function wordsOf({ args }: Pick<CommandLine, "args">): readonly string[] {
  return args.flat().filter((word) => typeof word === "string");
}
