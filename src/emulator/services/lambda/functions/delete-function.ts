// DeleteFunction: the whole of it, or one version. Its logs stay, as on AWS.
import type { FunctionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import type { RestOperation } from "../../rest-service.ts";
import { functionNotFound, functionResource } from "../find-function.ts";
import { functionArn, readFunctionName } from "../names.ts";
import { eventInvokeConfigOf, withoutEventInvokeConfig } from "./event-invoke-config.ts";

export const deleteFunction: RestOperation = {
  name: "DeleteFunction",
  route: "DELETE /2015-03-31/functions/{FunctionName}",
  resources: functionResource,
  async handle(account, call) {
    const { functions, functionVersions, locks } = account.store;
    const { region } = call;
    const beside = call.query.get("Qualifier") ?? undefined;
    const { name, qualifier } = readFunctionName(call, call.path.FunctionName ?? "", beside);
    if (qualifier === "$LATEST") {
      const text = "$LATEST version cannot be deleted without deleting the function.";
      throw new AwsError("InvalidParameterValueException", text);
    }
    if (qualifier !== undefined && !/^\d+$/.test(qualifier)) {
      throw new AwsError("InvalidParameterValueException", "Deletion of aliases is not currently supported.");
    }
    await locks.run(`function ${region} ${name}`, async () => {
      const document = functions.get(region, name);
      if (!document) throw functionNotFound(call, name);
      if (qualifier !== undefined) {
        refuseAliased(document, qualifier);
        const key = [region, name, document.id, qualifier];
        // One that is not there is deleted too; its number stays used either way.
        if (functionVersions.get(...key)) await functionVersions.bury(key);
        if (eventInvokeConfigOf(document, qualifier)) {
          await functions.put([region, name], withoutEventInvokeConfig(document, qualifier));
        }
        return;
      }
      // The function first: its versions are invisible without it, and removed at the next start where this is cut short.
      await functions.remove([region, name]);
      account.settling.forget(region, name);
      for (const key of functionVersions.keys(region, name, document.id)) await functionVersions.remove(key);
      account.retire(functionArn(call, name));
    });
    return { status: 204 };
  },
};

function refuseAliased({ aliases = {} }: FunctionDocument, version: string): void {
  const leading = Object.entries(aliases).filter(
    ([, { functionVersion, second }]) => functionVersion === version || second?.version === version,
  );
  if (leading.length === 0) return;
  const names = leading.map(([name]) => name).join(", ");
  const text = `Unable to delete version because the following aliases reference it: [${names}]`;
  throw new AwsError("ResourceConflictException", text, { status: 409 });
}
