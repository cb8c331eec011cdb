// DeleteSecret and RestoreSecret: a secret goes at the end of its recovery window, or at once.
import { AwsError } from "../../wire/aws-error.ts";
import type { Input } from "../../wire/input.ts";
import type { JsonOperation } from "../json-service.ts";
import {
  changeSecret,
  findSecret,
  lockOf,
  newArn,
  readSecretId,
  requireSecret,
  type SecretQuestion,
  secretResource,
} from "./secret.ts";

const dayMilliseconds = 86_400_000;
const defaultDays = 30;

export const deleteSecret: JsonOperation = {
  resources: secretResource,
  async handle(account, input, call) {
    const question = { account, call, id: readSecretId(input) };
    const days = readDays(input);
    if (days === undefined) return removeNow(question);
    const due = account.now() + days * dayMilliseconds;
    const { arn, name } = await changeSecret(question, requireSecret, (secret) => {
      if (secret.deletion === undefined) return { ...secret, deletion: due };
      throw new AwsError(
        "InvalidRequestException",
        "You can't perform this operation on the secret because it was already scheduled for deletion.",
      );
    });
    return { ARN: arn, DeletionDate: due / 1000, Name: name };
  },
};

export const restoreSecret: JsonOperation = {
  resources: secretResource,
  async handle(account, input, call) {
    const question = { account, call, id: readSecretId(input) };
    const { arn, name } = await changeSecret(question, requireSecret, ({ deletion, ...secret }) => secret);
    return { ARN: arn, Name: name };
  },
};

/** How long it can be restored; undefined where it is to go at once. */
function readDays(input: Input): number | undefined {
  const [days, force] = [input.integer("RecoveryWindowInDays"), input.flag("ForceDeleteWithoutRecovery") ?? false];
  if (force && days !== undefined) {
    throw new AwsError(
      "InvalidParameterException",
      "You can't use ForceDeleteWithoutRecovery in conjunction with RecoveryWindowInDays.",
    );
  }
  if (days !== undefined && (days < 7 || days > 30)) {
    throw new AwsError(
      "InvalidParameterException",
      "The RecoveryWindowInDays value must be between 7 and 30 days (inclusive).",
    );
  }
  return force ? undefined : (days ?? defaultDays);
}

/** Also of one that is marked already; one that isn't there is gone, which is what was asked for. */
async function removeNow(question: SecretQuestion) {
  const { account, call, id } = question;
  const secret = findSecret(question);
  const { name, arn } = secret ?? { name: id, arn: id.startsWith("arn:") ? id : newArn(call, id) };
  if (secret) {
    await account.store.locks.run(lockOf(call.region, name), () => account.store.secrets.remove([call.region, name]));
  }
  return { ARN: arn, DeletionDate: account.now() / 1000, Name: name };
}
