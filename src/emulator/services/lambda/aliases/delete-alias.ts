// DeleteAlias: one that is not there is deleted too. How its events are handled goes with it.
import { Constraints } from "../../../wire/constraints.ts";
import type { RestOperation } from "../../rest-service.ts";
import { aliasOf, findUnqualified, functionResource } from "../find-function.ts";
import { withoutEventInvokeConfig } from "../functions/event-invoke-config.ts";
import { checkName } from "./alias.ts";

export const deleteAlias: RestOperation = {
  name: "DeleteAlias",
  route: "DELETE /2015-03-31/functions/{FunctionName}/aliases/{Name}",
  resources: functionResource,
  async handle(account, call) {
    const name = call.path.Name ?? "";
    checkName(new Constraints(), name).done();
    const { region, functionName } = findUnqualified(account, call).document;
    await account.store.locks.run(`function ${region} ${functionName}`, async () => {
      const { document } = findUnqualified(account, call);
      if (!aliasOf(document, name)) return;
      const left = Object.entries(document.aliases ?? {}).filter(([other]) => other !== name);
      await account.store.functions.put([region, functionName], {
        ...withoutEventInvokeConfig(document, name),
        aliases: left.length > 0 ? Object.fromEntries(left) : undefined,
      });
    });
    return { status: 204 };
  },
};
