// ListAliases: by name; of one version where one is named.
import { Constraints } from "../../../wire/constraints.ts";
import { json } from "../../../wire/protocol.ts";
import { pageOf } from "../../pages.ts";
import type { RestOperation } from "../../rest-service.ts";
import { findUnqualified, functionResource } from "../find-function.ts";
import { readPage } from "../functions/list-functions.ts";
import { checkVersion, shownAlias } from "./alias.ts";

export const listAliases: RestOperation = {
  name: "ListAliases",
  route: "GET /2015-03-31/functions/{FunctionName}/aliases",
  resources: functionResource,
  handle(account, call) {
    const version = call.query.get("FunctionVersion") ?? undefined;
    checkVersion(new Constraints(), version).done();
    const { document } = findUnqualified(account, call);
    const aliases = Object.entries(document.aliases ?? {})
      .filter(([, { functionVersion }]) => version === undefined || functionVersion === version)
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const page = pageOf(aliases, ([name]) => name, readPage(call));
    return json(200, {
      ...(page.next !== undefined && { NextMarker: page.next }),
      Aliases: page.items.map(([name, alias]) => shownAlias(document, name, alias)),
    });
  },
};
