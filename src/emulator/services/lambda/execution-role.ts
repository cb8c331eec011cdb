// Looks whether Lambda may take on a function's role.
import { parseArn } from "../../../model/arn.ts";
import { conditionHolds } from "../../access/condition.ts";
import { listOf, statementsOf } from "../../access/policy.ts";
import { matches } from "../../access/policy-pattern.ts";
import { roleNameOf } from "../../access/principal.ts";
import { accountId } from "../../account.ts";
import type { RoleDocument } from "../../store/documents.ts";
import { AwsError, forbidden } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";

/**
 * Refuses a role that Lambda cannot take on for this function: one word for one that is missing and one that does not trust it,
 * as on AWS.
 */
export function checkExecutionRole(account: AccountState, roleArn: string, functionArn: string): void {
  const arn = parseArn(roleArn);
  if (arn?.account !== accountId) throw forbidden("AccessDeniedException", "Cross-account pass role is not allowed.");
  const role = account.store.roles.get(arn.partition, roleNameOf(roleArn));
  if (role?.arn === roleArn && trustsLambda(role, functionArn)) return;
  throw new AwsError(
    "InvalidParameterValueException",
    "The role defined for the function cannot be assumed by Lambda.",
  );
}

function trustsLambda(role: RoleDocument, functionArn: string): boolean {
  const context = { "aws:sourceaccount": accountId, "aws:sourcearn": functionArn };
  const statements = statementsOf(JSON.parse(role.assumeRolePolicyDocument)).filter(
    (statement) =>
      namesLambda((statement as { Principal?: unknown }).Principal) &&
      listOf(statement.Action).some(
        (action) => typeof action === "string" && matches(action.toLowerCase(), "sts:assumerole"),
      ),
  );
  const holds = (effect: string) =>
    statements
      .filter((statement) => statement.Effect === effect)
      .map((statement) => conditionHolds(statement.Condition, context));
  return holds("Allow").includes(true) && !holds("Deny").some((held) => held !== false);
}

function namesLambda(principal: unknown): boolean {
  if (principal === "*") return true;
  if (typeof principal !== "object" || principal === null) return false;
  const { Service, AWS } = principal as { Service?: unknown; AWS?: unknown };
  return listOf(Service).some((name) => name === "lambda.amazonaws.com" || name === "*") || listOf(AWS).includes("*");
}
