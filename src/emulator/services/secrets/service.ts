// Secrets Manager: secrets, their versions and staging labels. No rotation, no replicas, no policies of secrets' own.
import type { AccountState } from "../account-state.ts";
import { jsonService } from "../json-service.ts";
import type { Service } from "../service.ts";
import { createSecret } from "./create-secret.ts";
import { deleteSecret, restoreSecret } from "./delete-secret.ts";
import { describeSecret } from "./describe-secret.ts";
import { getSecretValue } from "./get-secret-value.ts";
import { listSecrets } from "./list-secrets.ts";
import { putSecretValue } from "./put-secret-value.ts";
import { updateSecret } from "./update-secret.ts";

/** Secrets Manager, on this account. */
export function secretsService(account: AccountState): Service {
  return jsonService({
    name: "secretsmanager",
    account,
    operations: {
      CreateSecret: createSecret,
      PutSecretValue: putSecretValue,
      UpdateSecret: updateSecret,
      GetSecretValue: getSecretValue,
      DescribeSecret: describeSecret,
      ListSecrets: listSecrets,
      DeleteSecret: deleteSecret,
      RestoreSecret: restoreSecret,
    },
  });
}
