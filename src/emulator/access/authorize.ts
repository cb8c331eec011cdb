// Lets a call through, or refuses it in AWS's words.
import { partitionOf } from "../../model/partition.ts";
import { accountId } from "../account.ts";
import type { Collection } from "../store/collection.ts";
import type { RoleDocument } from "../store/documents.ts";
import { forbidden } from "../wire/aws-error.ts";
import type { ConditionContext } from "./condition.ts";
import { managedPolicy } from "./managed-policies.ts";
import { decide, type PolicyDocument } from "./policy.ts";
import { type Principal, sessionArn, userArn, userId } from "./principal.ts";

/** Where policies are found. */
export interface Policies {
  readonly store: { readonly roles: Collection<RoleDocument> };
  /** The user's; undefined where they may do everything. @throws AwsError where it is none any more. */
  userPolicy(): PolicyDocument | undefined;
}

/** What is about to be done. */
export interface AccessRequest {
  readonly principal: Principal;
  /** e.g. `ssm:GetParameter`. */
  readonly action: string;
  /** ARNs, each of which must be allowed; `*` where the action has none. Not asked for where everything is allowed. */
  readonly resources: () => readonly string[];
  readonly region: string;
  /** What AWS calls the refusal in this service. */
  readonly refusal: string;
  /** Condition keys of this action alone. */
  readonly context?: ConditionContext;
}

/**
 * Checks a call against the policies of whoever makes it.
 * @throws AwsError 403 in AWS's words.
 */
export function authorize(account: Policies, request: AccessRequest): void {
  const { principal, action, region } = request;
  const policies = policiesOf(account, principal);
  if (!policies) return;
  const who = principal.kind === "user" ? userArn(principal, partitionOf(region).id) : sessionArn(principal);
  for (const resource of request.resources()) {
    const context = { ...contextOf(request), ...request.context };
    const decision = decide(policies, { action, resource, context });
    if (decision === "allowed") continue;
    const why =
      decision === "explicitDeny"
        ? "with an explicit deny in an identity-based policy"
        : `because no identity-based policy allows the ${action} action`;
    const on = resource === "*" ? "" : ` on resource: ${resource}`;
    throw forbidden(request.refusal, `User: ${who} is not authorized to perform: ${action}${on} ${why}`);
  }
}

/** Whether the caller may hand a role to Lambda. @throws AwsError 403 */
export function authorizePassRole(
  account: Policies,
  { principal, region, roleArn }: Pick<AccessRequest, "principal" | "region"> & { readonly roleArn: string },
): void {
  authorize(account, {
    principal,
    region,
    action: "iam:PassRole",
    resources: () => [roleArn],
    refusal: "AccessDeniedException",
    context: { "iam:passedtoservice": "lambda.amazonaws.com" },
  });
}

function contextOf({ principal, region }: AccessRequest): ConditionContext {
  const partition = partitionOf(region).id;
  const who: ConditionContext =
    principal.kind === "user"
      ? {
          "aws:principalarn": userArn(principal, partition),
          "aws:principaltype": "User",
          "aws:userid": userId,
          "aws:username": principal.userName,
        }
      : { "aws:principalarn": principal.roleArn, "aws:principaltype": "AssumedRole" };
  return {
    "aws:requestedregion": region,
    "aws:principalaccount": accountId,
    "aws:securetransport": "false",
    ...who,
  };
}

/** Undefined for whoever may do everything. */
function policiesOf({ store, userPolicy }: Policies, principal: Principal): readonly PolicyDocument[] | undefined {
  if (principal.kind === "user") {
    const policy = userPolicy();
    return policy && [policy];
  }
  const [, partition = "aws"] = principal.roleArn.split(":");
  const role = store.roles.get(partition, principal.roleName);
  if (!role) return [];
  const inline = Object.values(role.inlinePolicies).map((text) => JSON.parse(text) as PolicyDocument);
  const attached = role.attachedPolicies.flatMap((arn) => managedPolicy(arn)?.document ?? []);
  return [...inline, ...attached];
}
