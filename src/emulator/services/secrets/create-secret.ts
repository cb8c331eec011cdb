// CreateSecret: makes a secret, with its first value where one is given.
import type { SecretDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { JsonOperation } from "../json-service.ts";
import { readToken, readValue, refuseUnplayed } from "./read-input.ts";
import { arnToBe, checkName, findSecret, lockOf, newArn } from "./secret.ts";
import { addVersion, currentStage, sameValue } from "./versions.ts";

/** Of replicas and of secrets that others manage; whether to overwrite one means nothing without them. */
const unplayed = ["AddReplicaRegions", "Type", "CrossAccountPrimaryARN"];

export const createSecret: JsonOperation = {
  resources: (input, call) => [arnToBe(call, input.text("Name") ?? "*")],
  async handle(account, input, call) {
    const wanted = readSecret(input);
    const { name, token, value } = wanted;
    const { region } = call;
    const secret = await account.store.locks.run(lockOf(region, name), async () => {
      const before = findSecret({ account, call, id: name });
      if (before) return repeated(before, wanted);
      const now = account.now();
      const empty: SecretDocument = {
        ...{ region, name, arn: newArn(call, name), description: wanted.description, tags: wanted.tags },
        ...{ created: now, lastChanged: now, versions: [] },
      };
      const made = value ? addVersion(empty, { id: token, value, stages: [currentStage], now }) : empty;
      await account.store.secrets.put([region, name], made);
      return made;
    });
    return { ARN: secret.arn, Name: name, ...(value && { VersionId: token }) };
  },
};

type Wanted = ReturnType<typeof readSecret>;

function readSecret(input: Input) {
  const [name = "", description] = ["Name", "Description"].map((member) => input.text(member));
  const tags = (input.list("Tags") ?? []).map((tag) => ({
    Key: tag.text("Key") ?? "",
    Value: tag.text("Value") ?? "",
  }));
  const constraints = new Constraints()
    .required(input.text("Name"), "name")
    .length(input.text("Name"), "name", [1, 512])
    .length(description, "description", [0, 2048]);
  for (const [index, { Key, Value }] of tags.entries()) {
    const at = `tags.${index + 1}.member`;
    constraints.length(Key, `${at}.key`, [1, 128]).length(Value, `${at}.value`, [0, 256]);
  }
  constraints.done();
  checkName(name);
  refuseUnplayed(input, unplayed);
  return { name, description, tags, token: readToken(input), value: readValue(input) };
}

/** The request that made the secret, come again, is answered as it was; any other is refused. */
function repeated(before: SecretDocument, { name, token, value }: Wanted): SecretDocument {
  if (before.deletion !== undefined) {
    throw new AwsError(
      "InvalidRequestException",
      "You can't create this secret because a secret with this name is already scheduled for deletion.",
    );
  }
  const [first] = before.versions;
  if (first && value && first.id === token && sameValue(first.value, value)) return before;
  throw new AwsError("ResourceExistsException", `The operation failed because the secret ${name} already exists.`);
}
