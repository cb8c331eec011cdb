// PublishVersion: under a revision and a code hash where the caller names them.
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { configurationOf } from "../configuration.ts";
import { findUnqualified, functionResource } from "../find-function.ts";
import { publishedVersion } from "./published.ts";
import { checkRevision, refuseOnItsWay } from "./update-function.ts";

export const publishVersion: RestOperation = {
  name: "PublishVersion",
  route: "POST /2015-03-31/functions/{FunctionName}/versions",
  resources: functionResource,
  async handle(account, call) {
    const input = Input.parse(call.body);
    const [description, hash] = [input.text("Description"), input.text("CodeSha256")];
    new Constraints().length(description, "description", [0, 256]).done();
    const { region, functionName } = findUnqualified(account, call).document;
    return account.store.locks.run(`function ${region} ${functionName}`, async () => {
      const found = findUnqualified(account, call);
      refuseOnItsWay(found);
      checkRevision(found.content, input.text("RevisionId"));
      if (hash && hash !== found.content.codeSha256) {
        throw new AwsError(
          "InvalidParameterValueException",
          `CodeSHA256 (${hash}) is different from current CodeSHA256 in $LATEST (${found.content.codeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
        );
      }
      const content = await publishedVersion(account, { document: found.document, description });
      return json(201, configurationOf({ ...found, content, qualified: true }));
    });
  },
};
