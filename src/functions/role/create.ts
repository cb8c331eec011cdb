// Makes a function's role, or brings one that exists to what is wanted; safe to repeat.
import type { Connection } from "../../aws/connection.ts";
import { attachRolePolicy, createRole, getRole, putRolePolicy, type Role } from "../../aws/iam.ts";
import { parseArn } from "../../model/arn.ts";
import { remoteError } from "../../model/errors.ts";
import { basicExecution, managedPolicyArn } from "./managed-policy.ts";
import { type Place, resourceArn } from "./resources.ts";
import { policyDocument, type Statement } from "./statements.ts";
import { lambdaTrustPolicy, trustsLambda } from "./trust-policy.ts";

/** A role that should be there. */
export interface RoleWish {
  readonly name: string;
  /** ARNs, or names of AWS's own; basic execution is always among them. */
  readonly managedPolicies: readonly string[];
  /** Documents as they are to be written, by the policy's name. */
  readonly inlinePolicies: Readonly<Record<string, string>>;
  /** What the project's extension needs; variables are filled in already. */
  readonly statements: { readonly policyName: string; readonly list: readonly Statement[] } | undefined;
}

/** The role, and whether it is new. */
export interface RoleOutcome {
  readonly role: Role;
  readonly result: "created" | "updated";
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: readonly string[];
}

/**
 * Creates the role where it is missing, then writes its policies. A role that exists keeps whatever else it has; its trust policy is
 * looked at and never changed.
 * @throws LambdaExtError `WrongTrustPolicy` where an existing role cannot be taken by Lambda.
 */
export async function ensureRole(connection: Connection, wish: RoleWish): Promise<RoleOutcome> {
  const { name, statements } = wish;
  const { region } = connection.target;
  // A mistake in a resource is found before anything is made.
  for (const resource of statements?.list.flatMap(({ resources }) => resources) ?? []) {
    resourceArn(resource, { partition: "aws", region, account: "" });
  }
  const description = "Execution role of a Lambda function, made by lambda-ext";
  const created = await createRole(connection, { name, trustPolicy: lambdaTrustPolicy, description });
  const role = created ?? (await existingRole(connection, name));

  const place = placeOf(role, region);
  const managed = [
    ...new Set([basicExecution, ...wish.managedPolicies].map((policy) => managedPolicyArn(policy, place.partition))),
  ];
  for (const policyArn of managed) await attachRolePolicy(connection, { role: name, policyArn });

  const inline = { ...wish.inlinePolicies };
  if (statements && statements.list.length > 0) inline[statements.policyName] = policyDocument(statements.list, place);
  for (const [policy, document] of Object.entries(inline))
    await putRolePolicy(connection, { role: name, policy, document });

  return {
    role,
    result: created ? "created" : "updated",
    managedPolicies: managed,
    inlinePolicies: Object.keys(inline),
  };
}

async function existingRole(connection: Connection, name: string): Promise<Role> {
  const role = await getRole(connection, name);
  if (role && trustsLambda(role.trustPolicy)) return role;
  if (!role) {
    throw remoteError(`Could not create role ${name}: it was there and is not any more.`, {
      code: "NoSuchRole",
      hint: "Somebody is deleting it. Run the command again.",
    });
  }
  throw wrongTrustPolicy(role.arn);
}

/** For a role that Lambda cannot take, whatever is waited for. */
export function wrongTrustPolicy(role: string): Error {
  return remoteError(`Role ${role} cannot be taken by Lambda: its trust policy does not allow it.`, {
    code: "WrongTrustPolicy",
    hint: "Let lambda.amazonaws.com do sts:AssumeRole in its trust policy, or use another role: lambda-ext create-role NAME.",
  });
}

/** The role's own ARN tells account and partition: nobody else has to be asked. */
function placeOf(role: Role, region: string): Place {
  const arn = parseArn(role.arn);
  return { partition: arn?.partition ?? "aws", account: arn?.account ?? "", region };
}
