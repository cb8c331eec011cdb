// GetAlias.
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { functionResource } from "../find-function.ts";
import { findAlias, shownAlias } from "./alias.ts";

export const getAlias: RestOperation = {
  name: "GetAlias",
  route: "GET /2015-03-31/functions/{FunctionName}/aliases/{Name}",
  resources: functionResource,
  handle(account, call) {
    const { document, name, alias } = findAlias(account, call, "Cannot find alias arn");
    return json(200, shownAlias(document, name, alias));
  },
};
