// CreateRole, GetRole, ListRoles, DeleteRole, UpdateAssumeRolePolicy.
import { randomId } from "../../access/credentials.ts";
import { listOf, statementsOf } from "../../access/policy.ts";
import type { RoleDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../wire/constraints.ts";
import type { Form } from "../../wire/form.ts";
import { globalArn, partitionOfCall } from "../call.ts";
import type { QueryOperation } from "../query-service.ts";
import { marked, readPage } from "./paging.ts";
import { changeRole, readDocument, readRoleName, requireRole, roleResource, roleXml, validationCode } from "./role.ts";

/** IAM's quotas for the size of documents, in characters without blanks. */
const mostTrustCharacters = 2048;
const pathPattern = modelPattern("(\\u002F)|(\\u002F[\\u0021-\\u007E]+\\u002F)");

export const createRole: QueryOperation = {
  resources: roleResource,
  async handle(account, form, call) {
    const roleName = readRoleName(form);
    const path = form.get("Path") ?? "/";
    const description = form.get("Description");
    const duration = Number(form.get("MaxSessionDuration") ?? 3600);
    new Constraints()
      .length(path, "path", [1, 512])
      .pattern(path, "path", pathPattern)
      .length(description, "description", [0, 1000])
      .range(duration, "maxSessionDuration", [3600, 43_200])
      .done(validationCode);
    if (form.get("PermissionsBoundary")) {
      throw new AwsError("InvalidInput", "The local endpoint does not play PermissionsBoundary.");
    }
    const partition = partitionOfCall(call);
    const role: RoleDocument = {
      roleName,
      path,
      roleId: randomId("AROA", 17),
      arn: globalArn(call, `role${path}${roleName}`),
      createDate: new Date(account.now()).toISOString().replace(/\.\d+Z$/, "Z"),
      description,
      maxSessionDuration: duration,
      assumeRolePolicyDocument: readTrustPolicy(form, "AssumeRolePolicyDocument"),
      inlinePolicies: {},
      attachedPolicies: [],
      tags: form.list("Tags", ["Key", "Value"]),
    };
    return account.store.locks.run(`role ${partition} ${roleName}`, async () => {
      if (account.store.roles.get(partition, roleName)) {
        throw new AwsError("EntityAlreadyExists", `Role with name ${roleName} already exists.`, { status: 409 });
      }
      await account.store.roles.put([partition, roleName], role);
      return { Role: roleXml(role, "created") };
    });
  },
};

export const getRole: QueryOperation = {
  resources: roleResource,
  handle: (account, form, call) => ({ Role: roleXml(requireRole(account, form, call), "full") }),
};

export const listRoles: QueryOperation = {
  handle(account, form, call) {
    const prefix = form.get("PathPrefix") ?? "/";
    const roles = account.store.roles.list(partitionOfCall(call)).filter(({ path }) => path.startsWith(prefix));
    roles.sort((a, b) => (a.roleName < b.roleName ? -1 : 1));
    const page = readPage(form, roles, ({ roleName }) => roleName);
    return marked({ Roles: page.items.map((role) => roleXml(role, "listed")) }, page);
  },
};

export const deleteRole: QueryOperation = {
  resources: roleResource,
  async handle(account, form, call) {
    const partition = partitionOfCall(call);
    await account.store.locks.run(`role ${partition} ${readRoleName(form)}`, async () => {
      const role = requireRole(account, form, call);
      if (role.attachedPolicies.length > 0) throw conflict("must detach all policies first");
      if (Object.keys(role.inlinePolicies).length > 0) throw conflict("must delete policies first");
      await account.store.roles.remove([partition, role.roleName]);
    });
    return undefined;
  },
};

export const updateAssumeRolePolicy: QueryOperation = {
  resources: roleResource,
  async handle(account, form, call) {
    const assumeRolePolicyDocument = readTrustPolicy(form, "PolicyDocument");
    await changeRole(account, { form, call }, (role) => ({ ...role, assumeRolePolicyDocument }));
    return undefined;
  },
};

function conflict(what: string): AwsError {
  return new AwsError("DeleteConflict", `Cannot delete entity, ${what}.`, { status: 409 });
}

function readTrustPolicy(form: Form, member: string): string {
  const text = readDocument(form, member, mostTrustCharacters);
  for (const statement of statementsOf(JSON.parse(text)) as {
    Principal?: unknown;
    Resource?: unknown;
    Action?: unknown;
  }[]) {
    if (statement.Resource !== undefined) {
      throw new AwsError("MalformedPolicyDocument", "Has prohibited field Resource");
    }
    if (statement.Principal === undefined || listOf(statement.Action).length === 0) {
      throw new AwsError("MalformedPolicyDocument", "AssumeRole policy must contain principals and actions");
    }
  }
  return text;
}
