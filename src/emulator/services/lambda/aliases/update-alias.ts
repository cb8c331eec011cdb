// UpdateAlias: under a revision where the caller names one; every update gives it a new one, also one that changes nothing.
import { randomUUID } from "node:crypto";
import type { FunctionAlias } from "../../../store/documents.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { functionResource } from "../find-function.ts";
import { checkRevision } from "../functions/update-function.ts";
import { checkTargets, findAlias, readAliasInput, shownAlias } from "./alias.ts";

const missing = "Alias not found";

export const updateAlias: RestOperation = {
  name: "UpdateAlias",
  route: "PUT /2015-03-31/functions/{FunctionName}/aliases/{Name}",
  resources: functionResource,
  async handle(account, call) {
    const input = readAliasInput(Input.parse(call.body));
    const { region, functionName } = findAlias(account, call, missing).document;
    return account.store.locks.run(`function ${region} ${functionName}`, async () => {
      const { document, name, alias } = findAlias(account, call, missing);
      checkRevision(alias, input.revisionId);
      const changed: FunctionAlias = {
        functionVersion: input.functionVersion ?? alias.functionVersion,
        description: input.description ?? alias.description,
        second: input.second === undefined ? alias.second : (input.second ?? undefined),
        revisionId: randomUUID(),
      };
      checkTargets(account, document, changed);
      const aliases = { ...document.aliases, [name]: changed };
      await account.store.functions.put([region, functionName], { ...document, aliases });
      return json(200, shownAlias(document, name, changed));
    });
  },
};
