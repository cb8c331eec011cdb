// A function's variables: changed by name, with the others kept.
import type { LambdaFunction } from "../aws/lambda/function.ts";
import { remoteError, usageError } from "../model/errors.ts";
import { hiddenValue } from "../model/hidden.ts";
import { limits } from "../model/limits.ts";

/**
 * All variables with some of them set; undefined where they have these values already.
 * @throws LambdaExtError where the present ones cannot be read: writing would lose them. usageError above Lambda's 4 KB.
 */
export function mergeVariables(
  current: LambdaFunction,
  wanted: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> | undefined {
  const changes = Object.entries(wanted).some(([name, value]) => current.variables[name] !== value);
  if (!changes) return undefined;
  return checkVariables(current, { ...current.variables, ...wanted });
}

/** All variables without some of them; undefined where there is none to take away. */
export function withoutVariables(
  current: LambdaFunction,
  names: readonly string[],
): Readonly<Record<string, string>> | undefined {
  if (names.length === 0) return undefined;
  const kept = Object.entries(current.variables).filter(([name]) => !names.includes(name));
  return checkVariables(current, Object.fromEntries(kept));
}

function checkVariables(current: LambdaFunction, variables: Readonly<Record<string, string>>) {
  if (current.variablesError !== undefined) {
    throw remoteError(`The variables of function ${current.name} cannot be read: ${current.variablesError}`, {
      code: "VariablesUnreadable",
      hint: "Writing them would lose those that are there: get the permission to use their KMS key first.",
    });
  }
  // What AWS measures, by its own refusal ("String measured: {…}"), which would repeat every value.
  const bytes = Buffer.byteLength(JSON.stringify(variables));
  if (bytes > limits.environmentBytes) {
    throw usageError(
      `The variables of function ${current.name} would take ${bytes} bytes; Lambda takes ${limits.environmentBytes}.`,
      {
        code: "EnvironmentTooLarge",
        hint: "Put long values into a parameter and name it in a variable.",
      },
    );
  }
  return variables;
}

/** The same variables with their values hidden. */
export function hideValues(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.keys(variables).map((name) => [name, hiddenValue]));
}
