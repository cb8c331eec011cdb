// A role as documents and people see it.
import type { RoleDescription } from "../functions/role/describe.ts";

/** AWS's own members, trimmed, with the policies beside them. */
export function roleDocument({ role, trustsLambda, managedPolicies, inlinePolicies }: RoleDescription): object {
  return {
    roleName: role.name,
    arn: role.arn,
    roleId: role.id,
    createDate: role.created,
    assumeRolePolicyDocument: role.trustPolicy,
    trustsLambda,
    managedPolicies,
    inlinePolicies,
  };
}

/** The same as lines of text. */
export function roleText({ role, trustsLambda, managedPolicies, inlinePolicies }: RoleDescription): string {
  const rows: (readonly [string, readonly string[]])[] = [
    ["name", [role.name]],
    ["arn", [role.arn]],
    ["trust", [trustsLambda ? "Lambda may take it" : "Lambda may not take it"]],
    ["managed", managedPolicies],
    ["inline", inlinePolicies],
    ["created", role.created === undefined ? [] : [role.created]],
  ];
  return rows
    .flatMap(([label, values]) => values.map((value, index) => `${(index === 0 ? label : "").padEnd(9)}${value}`))
    .join("\n");
}
