// The inline policies of roles: PutRolePolicy, GetRolePolicy, ListRolePolicies, DeleteRolePolicy.
import { readPolicy } from "../../access/read-policy.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { QueryOperation } from "../query-service.ts";
import { marked, readPage } from "./paging.ts";
import { changeRole, encodeDocument, readDocument, readName, requireRole, roleResource } from "./role.ts";

/** IAM's quota for all inline policies of a role together, in characters without blanks. */
const mostCharacters = 10_240;

export const putRolePolicy: QueryOperation = {
  resources: roleResource,
  async handle(account, form, call) {
    const name = readName(form, "PolicyName", 128);
    const document = readDocument(form, "PolicyDocument", mostCharacters);
    const read = readPolicy(document);
    if ("complaint" in read) throw new AwsError("MalformedPolicyDocument", read.complaint);
    await changeRole(account, { form, call }, (role) => {
      const inlinePolicies = { ...role.inlinePolicies, [name]: document };
      const size = Object.values(inlinePolicies).join("").replace(/\s/g, "").length;
      if (size > mostCharacters) {
        const text = `Maximum policy size of ${mostCharacters} bytes exceeded for role ${role.roleName}`;
        throw new AwsError("LimitExceeded", text, { status: 409 });
      }
      return { ...role, inlinePolicies };
    });
    return undefined;
  },
};

export const getRolePolicy: QueryOperation = {
  resources: roleResource,
  handle(account, form, call) {
    const role = requireRole(account, form, call);
    const name = readName(form, "PolicyName", 128);
    const document = role.inlinePolicies[name];
    if (document === undefined) throw noSuchPolicy(name);
    return { RoleName: role.roleName, PolicyName: name, PolicyDocument: encodeDocument(document) };
  },
};

export const listRolePolicies: QueryOperation = {
  resources: roleResource,
  handle(account, form, call) {
    const names = Object.keys(requireRole(account, form, call).inlinePolicies).sort();
    const page = readPage(form, names, (name) => name);
    return marked({ PolicyNames: page.items }, page);
  },
};

export const deleteRolePolicy: QueryOperation = {
  resources: roleResource,
  async handle(account, form, call) {
    const name = readName(form, "PolicyName", 128);
    await changeRole(account, { form, call }, (role) => {
      const { [name]: removed, ...inlinePolicies } = role.inlinePolicies;
      if (removed === undefined) throw noSuchPolicy(name);
      return { ...role, inlinePolicies };
    });
    return undefined;
  },
};

function noSuchPolicy(name: string): AwsError {
  return new AwsError("NoSuchEntity", `The role policy with name ${name} cannot be found.`, { status: 404 });
}
