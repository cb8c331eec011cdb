// The dead-letter queue or topic of a function, which is part of its version: what may stand there.
import { AwsError } from "../../../wire/aws-error.ts";
import { modelPattern } from "../../../wire/constraints.ts";
import type { AccountState } from "../../account-state.ts";
import { type Sender, sendingRefusal } from "../events/delivery-permission.ts";
import { readTarget } from "../events/delivery-target.ts";

/** Botocore 1.44.5's service model. */
export const targetArnPattern = modelPattern("(arn:(aws[a-zA-Z-]*)?:[a-z0-9-.]+:.*)|()");

/** How AWS calls the services in its refusal. */
const calls: Readonly<Record<string, string>> = { sqs: "SendMessage on SQS", sns: "Publish on SNS" };

/** Queues and topics alone. AWS's words for another ARN are not known; these are ours. @throws AwsError */
export function checkDeadLetterArn(arn: string): void {
  const target = readTarget(arn);
  if (target && Object.hasOwn(calls, target.service)) return;
  const text = `Invalid dead letter queue ARN: ${arn} is neither an Amazon SQS queue nor an Amazon SNS topic.`;
  throw new AwsError("InvalidParameterValueException", text);
}

/** The role must be allowed to send there. @throws AwsError in AWS's words */
export function checkDeadLetterPermission(account: AccountState, sender: Sender, arn: string | undefined): void {
  const target = arn === undefined ? undefined : readTarget(arn);
  if (!target || sendingRefusal(account, sender, target) === undefined) return;
  const text = `The provided execution role does not have permissions to call ${calls[target.service]}`;
  throw new AwsError("InvalidParameterValueException", text);
}
