// Judges the Condition of a policy statement, as far as the endpoint knows the keys that it asks about.
import { matches, matchesArn } from "./policy-pattern.ts";
import { fillIn } from "./policy-variables.ts";

/** What is known of a call: condition keys in lower case, e.g. `aws:requestedregion`. */
export type ConditionContext = Readonly<Record<string, string>>;

type Operator = (actual: string, wanted: string) => boolean;

const operators: Readonly<Record<string, Operator | undefined>> = {
  stringequals: (actual, wanted) => actual === wanted,
  stringequalsignorecase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  stringlike: (actual, wanted) => matches(wanted, actual),
  arnequals: (actual, wanted) => matchesArn(wanted, actual),
  arnlike: (actual, wanted) => matchesArn(wanted, actual),
  bool: (actual, wanted) => actual === wanted.toLowerCase(),
};

const negations: Readonly<Record<string, Operator | undefined>> = {
  stringnotequals: operators.stringequals,
  stringnotequalsignorecase: operators.stringequalsignorecase,
  stringnotlike: operators.stringlike,
  arnnotequals: operators.arnequals,
  arnnotlike: operators.arnlike,
};

/** Whether all of it holds; undefined where that hangs on an operator or key that we don't know. No condition holds. */
export function conditionHolds(condition: unknown, context: ConditionContext): boolean | undefined {
  if (condition === undefined || condition === null) return true;
  if (typeof condition !== "object") return undefined;
  let unknown = false;
  for (const [name, keys] of Object.entries(condition)) {
    if (typeof keys !== "object" || keys === null) return undefined;
    for (const [key, wanted] of Object.entries(keys)) {
      const values = listOf(wanted).map((value) => fillIn(String(value), context));
      const holds = judge({ operator: name.toLowerCase(), actual: context[key.toLowerCase()], values });
      if (holds === false) return false;
      if (holds === undefined) unknown = true;
    }
  }
  return unknown ? undefined : true;
}

interface Test {
  readonly operator: string;
  readonly actual: string | undefined;
  /** Undefined for what hangs on a variable that we don't know. */
  readonly values: readonly (string | undefined)[];
}

function judge({ operator, actual, values }: Test): boolean | undefined {
  // Of a key that we know, `…IfExists` says nothing more.
  const name = operator.replace(/ifexists$/, "");
  const positive = operators[name];
  const compare = positive ?? negations[name];
  if (actual === undefined || !compare) return undefined;
  const found = values.some((value) => value !== undefined && compare(actual, value));
  if (!found && values.includes(undefined)) return undefined;
  return positive ? found : !found;
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}
