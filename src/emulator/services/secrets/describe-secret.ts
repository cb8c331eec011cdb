// DescribeSecret: all about a secret other than its value.
import type { SecretDocument } from "../../store/documents.ts";
import type { JsonOperation } from "../json-service.ts";
import { readSecretId, requireSecret, secretResource } from "./secret.ts";
import { stagesById } from "./versions.ts";

export const describeSecret: JsonOperation = {
  resources: secretResource,
  handle(account, input, call) {
    const secret = requireSecret({ account, call, id: readSecretId(input) });
    const stages = stagesById(secret);
    return { ...secretJson(secret), ...(stages && { VersionIdsToStages: stages }) };
  },
};

/** A secret as descriptions and lists show it. */
export function secretJson(secret: SecretDocument): Record<string, unknown> {
  const { description, lastAccessed, deletion, tags } = secret;
  return {
    ARN: secret.arn,
    Name: secret.name,
    ...(description && { Description: description }),
    CreatedDate: secret.created / 1000,
    LastChangedDate: secret.lastChanged / 1000,
    ...(lastAccessed !== undefined && { LastAccessedDate: lastAccessed / 1000 }),
    ...(deletion !== undefined && { DeletedDate: deletion / 1000 }),
    ...(tags.length > 0 && { Tags: tags }),
  };
}
