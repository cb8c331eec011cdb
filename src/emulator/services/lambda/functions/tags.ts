// Tags of functions: ListTags, TagResource, UntagResource.
import { parseArn } from "../../../../model/arn.ts";
import type { FunctionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { functionNotFound } from "../find-function.ts";
import { readFunctionName } from "../names.ts";

const mostTags = 50;
const resourcePattern = modelPattern(
  "arn:(aws[a-zA-Z-]*):lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:(function:[a-zA-Z0-9-_]+(:(\\$LATEST|[a-zA-Z0-9-_]+))?|layer:([a-zA-Z0-9-_]+)|code-signing-config:csc-[a-z0-9]{17}|event-source-mapping:[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}|capacity-provider:[a-zA-Z0-9-_]+)",
);

export const listTags: RestOperation = {
  name: "ListTags",
  route: "GET /2017-03-31/tags/{Resource}",
  resources: (call) => [call.path.Resource ?? "*"],
  handle: (account, call) => json(200, { Tags: taggedFunction(account, call).tags }),
};

export const tagResource: RestOperation = {
  name: "TagResource",
  route: "POST /2017-03-31/tags/{Resource}",
  resources: (call) => [call.path.Resource ?? "*"],
  async handle(account, call) {
    const added = Input.parse(call.body).map("Tags");
    new Constraints().required(added, "tags").done();
    if (Object.keys(added ?? {}).length === 0) {
      throw new AwsError("InvalidParameterValueException", "An error occurred and the request cannot be processed.");
    }
    return changeTags(account, call, (tags) => ({ ...tags, ...added }));
  },
};

export const untagResource: RestOperation = {
  name: "UntagResource",
  route: "DELETE /2017-03-31/tags/{Resource}",
  resources: (call) => [call.path.Resource ?? "*"],
  async handle(account, call) {
    const removed = call.query.getAll("tagKeys");
    new Constraints().required(removed[0], "tagKeys").done();
    return changeTags(account, call, (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !removed.includes(key))),
    );
  },
};

/** Checks a function's tags as they will be. */
export function checkTags(tags: Readonly<Record<string, string>>): void {
  if (Object.keys(tags).length <= mostTags) return;
  throw new AwsError("InvalidParameterValueException", "Number of tags exceeds resource tag limit.");
}

type Tags = FunctionDocument["tags"];

async function changeTags(account: AccountState, call: RestCall, change: (tags: Tags) => Tags) {
  const { region, functionName } = taggedFunction(account, call);
  await account.store.locks.run(`function ${region} ${functionName}`, async () => {
    const document = taggedFunction(account, call);
    const tags = change(document.tags);
    checkTags(tags);
    await account.store.functions.put([region, functionName], { ...document, tags });
  });
  return { status: 204 };
}

function taggedFunction(account: AccountState, call: RestCall): FunctionDocument {
  const resource = call.path.Resource ?? "";
  new Constraints().pattern(resource, "resource", resourcePattern).done();
  if (!parseArn(resource)?.resource.startsWith("function:")) {
    throw new AwsError("InvalidParameterValueException", "The local endpoint keeps tags of functions alone.");
  }
  const { name, qualifier } = readFunctionName(call, resource);
  if (qualifier !== undefined) {
    throw new AwsError(
      "InvalidParameterValueException",
      "Tags on function aliases and versions are not supported. Please specify a function ARN.",
    );
  }
  const document = account.store.functions.get(call.region, name);
  if (!document) throw functionNotFound(call, name);
  return document;
}
