// GetSecretValue: one version of a secret with its value.
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { readSecretVersion } from "./read-secret.ts";
import { readSecretId, secretResource } from "./secret.ts";

export const getSecretValue: JsonOperation = {
  resources: secretResource,
  handle(account, input, call) {
    const id = readSecretId(input);
    const [versionId, stage] = [input.text("VersionId"), input.text("VersionStage")];
    new Constraints()
      .length(versionId, "versionId", [32, 64])
      .length(stage, "versionStage", [1, 256])
      .done("InvalidParameterException");
    const { secret, version } = readSecretVersion({ account, call, id, versionId, stage });
    return {
      ARN: secret.arn,
      CreatedDate: version.created / 1000,
      Name: secret.name,
      ...version.value,
      VersionId: version.id,
      ...(version.stages.length > 0 && { VersionStages: version.stages }),
    };
  },
};
