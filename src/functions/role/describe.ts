// A role with its policies.
import type { Connection } from "../../aws/connection.ts";
import { attachedPolicies, getRole, inlinePolicies, type Role } from "../../aws/iam.ts";
import { remoteError } from "../../model/errors.ts";
import { trustsLambda } from "./trust-policy.ts";

/** What there is to know of a role. */
export interface RoleDescription {
  readonly role: Role;
  readonly trustsLambda: boolean;
  readonly managedPolicies: readonly string[];
  readonly inlinePolicies: readonly string[];
}

/**
 * Reads a role.
 * @throws LambdaExtError `NoSuchRole`.
 */
export async function describeRole(connection: Connection, name: string): Promise<RoleDescription> {
  const role = await requireRole(connection, name);
  const [managed, inline] = await Promise.all([attachedPolicies(connection, name), inlinePolicies(connection, name)]);
  return { role, trustsLambda: trustsLambda(role.trustPolicy), managedPolicies: managed, inlinePolicies: inline };
}

/**
 * A role by its name.
 * @throws LambdaExtError `NoSuchRole`.
 */
export async function requireRole(connection: Connection, name: string): Promise<Role> {
  const role = await getRole(connection, name);
  if (role) return role;
  throw remoteError(`There is no role ${name}.`, {
    code: "NoSuchRole",
    hint: `Make it: lambda-ext create-role ${name}`,
  });
}
