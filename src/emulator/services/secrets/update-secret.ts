// UpdateSecret: another description, another value, or both.
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { readToken, readValue, refuseUnplayed } from "./read-input.ts";
import { changeSecret, readSecretId, requireStaying, secretResource } from "./secret.ts";
import { addVersion, currentStage } from "./versions.ts";

export const updateSecret: JsonOperation = {
  resources: secretResource,
  async handle(account, input, call) {
    const id = readSecretId(input);
    const description = input.text("Description");
    new Constraints().length(description, "description", [0, 2048]).done();
    refuseUnplayed(input, ["Type"]);
    const [token, value, now] = [readToken(input), readValue(input), account.now()];
    const secret = await changeSecret({ account, call, id }, requireStaying, (before) => {
      const next = value ? addVersion(before, { id: token, value, stages: [currentStage], now }) : before;
      return description === undefined ? next : { ...next, description, lastChanged: now };
    });
    return { ARN: secret.arn, Name: secret.name, ...(value && { VersionId: token }) };
  },
};
