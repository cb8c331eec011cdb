// CreateAlias: a name for a version of a function, or for two of them.
import { randomUUID } from "node:crypto";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { aliasOf, findUnqualified, functionNotFound, functionResource } from "../find-function.ts";
import { functionArn, readFunctionName } from "../names.ts";
import { checkName, checkTargets, readAliasInput, shownAlias } from "./alias.ts";

export const createAlias: RestOperation = {
  name: "CreateAlias",
  route: "POST /2015-03-31/functions/{FunctionName}/aliases",
  resources: functionResource,
  async handle(account, call) {
    const input = Input.parse(call.body);
    const name = input.text("Name");
    new Constraints().required(name, "name").required(input.text("FunctionVersion"), "functionVersion").done();
    checkName(new Constraints(), name).done();
    const { functionVersion = "", description = "", second } = readAliasInput(input);
    refuseUnknown(account, call, functionVersion);
    const { region, functionName } = findUnqualified(account, call).document;
    return account.store.locks.run(`function ${region} ${functionName}`, async () => {
      const { document } = findUnqualified(account, call);
      const alias = { functionVersion, description, revisionId: randomUUID(), ...(second && { second }) };
      checkTargets(account, document, alias);
      const known = name ?? "";
      if (aliasOf(document, known)) {
        const text = `Alias already exists: ${functionArn(call, functionName, known)}`;
        throw new AwsError("ResourceConflictException", text, { status: 409 });
      }
      const aliases = { ...document.aliases, [known]: alias };
      await account.store.functions.put([region, functionName], { ...document, aliases });
      return json(201, shownAlias(document, known, alias));
    });
  },
};

/** Recorded: this operation says which version it looked for of a function that is not there. */
function refuseUnknown(account: AccountState, call: RestCall, version: string): void {
  const { name } = readFunctionName(call, call.path.FunctionName ?? "");
  if (!account.store.functions.get(call.region, name)) throw functionNotFound(call, name, version);
}
