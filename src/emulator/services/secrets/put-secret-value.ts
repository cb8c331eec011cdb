// PutSecretValue: a new version of a secret, with the labels that the caller wants on it.
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { readToken, refuseUnplayed, requireValue } from "./read-input.ts";
import { changeSecret, readSecretId, requireStaying, secretResource } from "./secret.ts";
import { addVersion, currentStage } from "./versions.ts";

export const putSecretValue: JsonOperation = {
  resources: secretResource,
  async handle(account, input, call) {
    const id = readSecretId(input);
    const stages = input.texts("VersionStages") ?? [currentStage];
    const constraints = new Constraints().length(stages, "versionStages", [1, 20]);
    for (const stage of stages) constraints.length(stage, "versionStages", [1, 256]);
    constraints.done();
    refuseUnplayed(input, ["RotationToken"]);
    const [token, value, now] = [readToken(input), requireValue(input), account.now()];
    const secret = await changeSecret({ account, call, id }, requireStaying, (before) =>
      addVersion(before, { id: token, value, stages, now }),
    );
    const version = secret.versions.find((one) => one.id === token);
    return { ARN: secret.arn, Name: secret.name, VersionId: token, VersionStages: version?.stages };
  },
};
