// GetPolicy and GetPolicyVersion, for the policies of AWS's that we know.
import { type ManagedPolicy, managedPolicy } from "../../access/managed-policies.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { Form } from "../../wire/form.ts";
import type { QueryOperation } from "../query-service.ts";
import { readPolicyArn } from "./attached-policies.ts";
import { encodeDocument } from "./role.ts";

/** They have one version here, and no date of their own. */
const version = "v1";
const date = "2015-02-06T18:40:00Z";

export const getPolicy: QueryOperation = {
  resources: (form) => [form.get("PolicyArn") ?? "*"],
  handle(account, form) {
    const arn = readPolicyArn(form);
    const policy = findPolicy(form);
    const attached = account.store.roles.list().filter(({ attachedPolicies }) => attachedPolicies.includes(arn));
    return {
      Policy: {
        PolicyName: policy.name,
        PolicyId: `ANPA${Buffer.from(policy.name).toString("hex").toUpperCase().slice(0, 17)}`,
        Arn: arn,
        Path: policy.path,
        DefaultVersionId: version,
        AttachmentCount: attached.length,
        PermissionsBoundaryUsageCount: 0,
        IsAttachable: true,
        Description: policy.description,
        CreateDate: date,
        UpdateDate: date,
      },
    };
  },
};

export const getPolicyVersion: QueryOperation = {
  resources: (form) => [form.get("PolicyArn") ?? "*"],
  handle(_account, form) {
    const policy = findPolicy(form);
    const wanted = form.get("VersionId");
    if (wanted !== version) {
      const text = `Policy ${readPolicyArn(form)} version ${wanted} does not exist or is not attachable.`;
      throw new AwsError("NoSuchEntity", text, { status: 404 });
    }
    const document = encodeDocument(JSON.stringify(policy.document));
    return { PolicyVersion: { Document: document, VersionId: version, IsDefaultVersion: true, CreateDate: date } };
  },
};

function findPolicy(form: Form): ManagedPolicy {
  const arn = readPolicyArn(form);
  const policy = managedPolicy(arn);
  if (policy) return policy;
  throw new AwsError("NoSuchEntity", `Policy ${arn} was not found.`, { status: 404 });
}
