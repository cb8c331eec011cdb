// What a template lets its owner choose besides the name.
import { usageError } from "../model/errors.ts";
import { nearest } from "../model/nearest.ts";

/** A choice that a template declares in its template.json. */
export interface TemplateOption {
  readonly name: string;
  /** What it is, for a list and for a question: a few words. */
  readonly summary: string;
  /** What stands in the template's files, other than Go's, wherever a project's own choice is to stand. */
  readonly default: string;
  /** A regular expression for what can stand there without quotes. */
  readonly pattern: string;
  /** The same in words: `a path that begins with a slash`. */
  readonly like: string;
}

interface Declared {
  readonly id: string;
  readonly options: readonly TemplateOption[];
}

/**
 * The value of every option: as given, or the default.
 * @throws usageError `UnknownOption`, `InvalidOption`.
 */
export function optionValues(
  { id, options }: Declared,
  given: Readonly<Record<string, string>>,
): Map<TemplateOption, string> {
  const names = options.map(({ name }) => name);
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    throw usageError(`The template ${id} has no option ${JSON.stringify(name)}.`, {
      code: "UnknownOption",
      hint: `${meant ? `Did you mean ${meant}? ` : ""}${names.length > 0 ? `It has ${names.join(", ")}.` : "It has none."}`,
    });
  }
  return new Map(
    options.map((option) => {
      const value = given[option.name] ?? option.default;
      const wrong = wrongValue(option, value);
      if (wrong === undefined) return [option, value];
      throw usageError(`The option ${option.name} of the template ${id} cannot be ${JSON.stringify(value)}.`, {
        code: "InvalidOption",
        hint: wrong,
      });
    }),
  );
}

/** Why a value cannot be an option's; undefined where it can. */
export function wrongValue({ pattern, like, default: usual }: TemplateOption, value: string): string | undefined {
  return new RegExp(`^(?:${pattern})$`).test(value) ? undefined : `It is ${like}, e.g. ${usual}.`;
}
