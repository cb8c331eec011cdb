// The inline policy that a project's extension needs, from the statements of its `attach` section.
import { fillVariables, type Place, resourceArn } from "./resources.ts";

/** Actions and the resources that they are for, as the configuration has them. */
export interface Statement {
  readonly actions: readonly string[];
  readonly resources: readonly string[];
}

/**
 * The statements with their variables filled in, still without a place: what is missing is found before anything is made.
 * @throws usageError where a variable has no value.
 */
export function fillStatements(
  statements: readonly Statement[],
  variables: Readonly<Record<string, string>>,
): readonly Statement[] {
  return statements.map(({ actions, resources }) => ({
    actions,
    resources: resources.map((resource) => fillVariables(resource, variables)),
  }));
}

/** IAM's document. */
export function policyDocument(statements: readonly Statement[], place: Place): string {
  return JSON.stringify({
    Version: "2012-10-17",
    Statement: statements.map(({ actions, resources }) => ({
      Effect: "Allow",
      Action: actions,
      Resource: resources.map((resource) => resourceArn(resource, place)),
    })),
  });
}
