// AWS's own policies on roles: AttachRolePolicy, DetachRolePolicy, ListAttachedRolePolicies.
import { managedPolicy, managedPolicyNames } from "../../access/managed-policies.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { Form } from "../../wire/form.ts";
import type { QueryOperation } from "../query-service.ts";
import { marked, readPage } from "./paging.ts";
import { changeRole, requireRole, roleResource } from "./role.ts";

/** IAM's default quota. */
const mostAttached = 10;

export const attachRolePolicy: QueryOperation = {
  resources: roleResource,
  context: policyKey,
  async handle(account, form, call) {
    const arn = readPolicyArn(form);
    if (!managedPolicy(arn)) {
      // A policy that nobody knows cannot be enforced: it is refused rather than attached without effect.
      const known = `The local endpoint knows these of AWS's: ${managedPolicyNames.join(", ")}.`;
      throw new AwsError("NoSuchEntity", `Policy ${arn} does not exist or is not attachable. ${known}`, {
        status: 404,
      });
    }
    await changeRole(account, { form, call }, (role) => {
      const attachedPolicies = [...new Set([...role.attachedPolicies, arn])];
      if (attachedPolicies.length > mostAttached) {
        throw new AwsError("LimitExceeded", `Cannot exceed quota for PoliciesPerRole: ${mostAttached}`, {
          status: 409,
        });
      }
      return { ...role, attachedPolicies };
    });
    return undefined;
  },
};

export const detachRolePolicy: QueryOperation = {
  resources: roleResource,
  context: policyKey,
  async handle(account, form, call) {
    const arn = readPolicyArn(form);
    await changeRole(account, { form, call }, (role) => {
      if (!role.attachedPolicies.includes(arn)) {
        throw new AwsError("NoSuchEntity", `Policy ${arn} was not found.`, { status: 404 });
      }
      return { ...role, attachedPolicies: role.attachedPolicies.filter((attached) => attached !== arn) };
    });
    return undefined;
  },
};

export const listAttachedRolePolicies: QueryOperation = {
  resources: roleResource,
  handle(account, form, call) {
    const page = readPage(form, requireRole(account, form, call).attachedPolicies, (arn) => arn);
    const policies = page.items.map((arn) => ({ PolicyName: arn.split("/").at(-1), PolicyArn: arn }));
    return marked({ AttachedPolicies: policies }, page);
  },
};

/** What conditions may ask about which policy it is. */
function policyKey(form: Form): Readonly<Record<string, string>> {
  return { "iam:policyarn": form.get("PolicyArn") ?? "" };
}

/** PolicyArn, as far as it can be read as an ARN. */
export function readPolicyArn(form: Form): string {
  const arn = form.get("PolicyArn") ?? "";
  if (/^arn:[^:]+:iam::(\d{12}|aws):policy\/.+$/.test(arn)) return arn;
  throw new AwsError("ValidationError", "Invalid ARN:  Could not be parsed!");
}
