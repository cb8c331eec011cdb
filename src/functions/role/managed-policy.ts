// ARNs of AWS's managed policies, from their names.

/** What every function needs: writing its log. */
export const basicExecution = "AWSLambdaBasicExecutionRole";

/** Those for functions' roles lie below a path of their own; AWS's managed policy reference, November 2026. */
const serviceRoles: ReadonlySet<string> = new Set([
  basicExecution,
  "AWSLambdaDynamoDBExecutionRole",
  "AWSLambdaENIManagementAccess",
  "AWSLambdaKinesisExecutionRole",
  "AWSLambdaMSKExecutionRole",
  "AWSLambdaRole",
  "AWSLambdaSQSQueueExecutionRole",
  "AWSLambdaVPCAccessExecutionRole",
]);

/** The ARN of a managed policy that was given by ARN or by the name of one of AWS's own. */
export function managedPolicyArn(policy: string, partition: string): string {
  if (policy.startsWith("arn:")) return policy;
  const path = serviceRoles.has(policy) ? `service-role/${policy}` : policy;
  return `arn:${partition}:iam::aws:policy/${path}`;
}
