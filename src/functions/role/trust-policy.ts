// The policy that says who may take a role: Lambda, for a function's.

/** The service that takes a function's role; the same name in every partition. */
const lambdaService = "lambda.amazonaws.com";

/** Lets Lambda take the role. */
export const lambdaTrustPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Principal: { Service: lambdaService }, Action: "sts:AssumeRole" }],
} as const;

/**
 * Whether a trust policy lets Lambda take the role. A statement with conditions passes: only AWS can judge those. So does a document
 * that cannot be read.
 */
export function trustsLambda(document: unknown): boolean {
  if (!isObject(document)) return true;
  const statements = listOf(document.Statement).filter(isObject);
  return statements.some(
    (statement) =>
      statement.Effect === "Allow" && allowsAssumeRole(statement.Action) && namesLambda(statement.Principal),
  );
}

function allowsAssumeRole(action: unknown): boolean {
  return listOf(action).some((name) => typeof name === "string" && /^(\*|sts:\*|sts:assumerole\*?)$/i.test(name));
}

function namesLambda(principal: unknown): boolean {
  if (principal === "*") return true;
  return isObject(principal) && listOf(principal.Service).includes(lambdaService);
}

/** IAM writes a list of one without its brackets. */
function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
