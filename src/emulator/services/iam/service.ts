// The IAM service: roles and their policies.
import type { AccountState } from "../account-state.ts";
import { queryService } from "../query-service.ts";
import type { Service } from "../service.ts";
import { attachRolePolicy, detachRolePolicy, listAttachedRolePolicies } from "./attached-policies.ts";
import { getPolicy, getPolicyVersion } from "./managed-policies.ts";
import { deleteRolePolicy, getRolePolicy, listRolePolicies, putRolePolicy } from "./role-policies.ts";
import { createRole, deleteRole, getRole, listRoles, updateAssumeRolePolicy } from "./roles.ts";

/** IAM, on this account. */
export function iamService(account: AccountState): Service {
  return queryService({
    name: "iam",
    version: "2010-05-08",
    account,
    operations: {
      CreateRole: createRole,
      GetRole: getRole,
      ListRoles: listRoles,
      DeleteRole: deleteRole,
      UpdateAssumeRolePolicy: updateAssumeRolePolicy,
      PutRolePolicy: putRolePolicy,
      GetRolePolicy: getRolePolicy,
      ListRolePolicies: listRolePolicies,
      DeleteRolePolicy: deleteRolePolicy,
      AttachRolePolicy: attachRolePolicy,
      DetachRolePolicy: detachRolePolicy,
      ListAttachedRolePolicies: listAttachedRolePolicies,
      GetPolicy: getPolicy,
      GetPolicyVersion: getPolicyVersion,
    },
  });
}
