// Lets a call through, or refuses it in AWS's words.
import { accountId } from "../account.ts";
import type { Collection } from "../store/collection.ts";
import type { RoleDocument } from "../store/documents.ts";
import { forbidden } from "../wire/aws-error.ts";
import { managedPolicy } from "./managed-policies.ts";
import { decide, type PolicyDocument } from "./policy.ts";
import { type Principal, sessionArn } from "./principal.ts";

/** What is about to be done. */
export interface AccessRequest {
  readonly principal: Principal;
  /** e.g. `ssm:GetParameter`. */
  readonly action: string;
  /** ARNs, each of which must be allowed; `["*"]` where the action has none. */
  readonly resources: readonly string[];
  readonly region: string;
  /** What AWS calls the refusal in this service. */
  readonly refusal: string;
}

/**
 * Checks the call of an environment against its role's policies; the user may do everything.
 * @throws AwsError 403 in AWS's words.
 */
export function authorize(roles: Collection<RoleDocument>, request: AccessRequest): void {
  const { principal, action } = request;
  if (principal.kind === "user") return;
  const [, partition = "aws"] = principal.roleArn.split(":");
  const role = roles.get(partition, principal.roleName);
  const policies = role ? policiesOf(role) : [];
  const context = {
    "aws:requestedregion": request.region,
    "aws:principalarn": principal.roleArn,
    "aws:principalaccount": accountId,
    "aws:securetransport": "false",
  };
  for (const resource of request.resources) {
    const decision = decide(policies, { action, resource, context });
    if (decision === "allowed") continue;
    const why =
      decision === "explicitDeny"
        ? "with an explicit deny in an identity-based policy"
        : `because no identity-based policy allows the ${action} action`;
    const on = resource === "*" ? "" : ` on resource: ${resource}`;
    throw forbidden(
      request.refusal,
      `User: ${sessionArn(principal)} is not authorized to perform: ${action}${on} ${why}`,
    );
  }
}

function policiesOf(role: RoleDocument): PolicyDocument[] {
  const inline = Object.values(role.inlinePolicies).map((text) => JSON.parse(text) as PolicyDocument);
  const attached = role.attachedPolicies.flatMap((arn) => managedPolicy(arn)?.document ?? []);
  return [...inline, ...attached];
}
