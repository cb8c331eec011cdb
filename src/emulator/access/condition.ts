// Judges the Condition of a policy statement, as far as the endpoint knows the keys that it asks about.
import { matches } from "./policy-pattern.ts";

/** What is known of a call: condition keys in lower case, e.g. `aws:requestedregion`. */
export type ConditionContext = Readonly<Record<string, string>>;

type Operator = (actual: string, wanted: string) => boolean;

const operators: Readonly<Record<string, Operator>> = {
  stringequals: (actual, wanted) => actual === wanted,
  stringequalsignorecase: (actual, wanted) => actual.toLowerCase() === wanted.toLowerCase(),
  stringlike: (actual, wanted) => matches(wanted, actual),
  arnequals: (actual, wanted) => matches(wanted, actual),
  arnlike: (actual, wanted) => matches(wanted, actual),
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
      const holds = judge({ operator: name.toLowerCase(), actual: context[key.toLowerCase()], wanted });
      if (holds === false) return false;
      if (holds === undefined) unknown = true;
    }
  }
  return unknown ? undefined : true;
}

interface Test {
  readonly operator: string;
  readonly actual: string | undefined;
  readonly wanted: unknown;
}

function judge({ operator, actual, wanted }: Test): boolean | undefined {
  const values = (Array.isArray(wanted) ? wanted : [wanted]).map(String);
  const positive = operators[operator];
  const negated = negations[operator];
  if (actual === undefined || (!positive && !negated)) return undefined;
  if (positive) return values.some((value) => positive(actual, value));
  return !values.some((value) => negated?.(actual, value));
}
