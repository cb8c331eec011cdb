// UpdateFunctionCode: another zip, perhaps for another architecture, published at once where that is asked for.
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { checkTotalSize } from "../attached-layers.ts";
import { storeCode } from "../code.ts";
import { configurationOf } from "../configuration.ts";
import { findUnqualified, functionResource } from "../find-function.ts";
import { readArchitecture } from "./create-function.ts";
import { publishedVersion } from "./published.ts";
import { checkRevision, refuseOnItsWay, updateLatest } from "./update-function.ts";

export const updateFunctionCode: RestOperation = {
  name: "UpdateFunctionCode",
  route: "PUT /2015-03-31/functions/{FunctionName}/code",
  resources: functionResource,
  async handle(account, call) {
    const input = Input.parse(call.body);
    const revisionId = input.text("RevisionId");
    const architecture = readArchitecture(input);
    if (input.flag("DryRun")) {
      const found = findUnqualified(account, call);
      refuseOnItsWay(found);
      checkRevision(found.content, revisionId);
      const code = await storeCode(account, call, input);
      checkTotalSize(code.unzippedBytes, found.content.layers);
      const content = { ...found.content, ...code, architecture: architecture ?? found.content.architecture };
      return json(200, configurationOf({ ...found, content, qualified: false }));
    }
    const updated = await updateLatest(account, { call, revisionId }, async (latest) => {
      const code = await storeCode(account, call, input);
      checkTotalSize(code.unzippedBytes, latest.layers);
      return { ...latest, ...code, architecture: architecture ?? latest.architecture };
    });
    if (!input.flag("Publish")) return json(200, configurationOf({ ...updated, qualified: false }));
    const { document } = updated;
    const lock = `function ${document.region} ${document.functionName}`;
    const content = await account.store.locks.run(lock, () => publishedVersion(account, { document }));
    return json(200, configurationOf({ ...updated, content, qualified: true }));
  },
};
