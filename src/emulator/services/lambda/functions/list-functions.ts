// ListFunctions and ListVersionsByFunction.

import type { FunctionDocument, FunctionVersion } from "../../../store/documents.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import { type PageRequest, pageOf } from "../../pages.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { listedConfiguration } from "../configuration.ts";
import { findFunction, functionResource } from "../find-function.ts";

/** Lambda gives at most fifty however many are asked for. */
const mostPerPage = 50;

export const listFunctions: RestOperation = {
  name: "ListFunctions",
  route: "GET /2015-03-31/functions",
  handle(account, call) {
    const versions = call.query.get("FunctionVersion") ?? undefined;
    new Constraints().oneOf(versions, "functionVersion", ["ALL"]).done();
    const documents = account.store.functions.list(call.region);
    documents.sort((a, b) => (a.functionName < b.functionName ? -1 : 1));
    const rows = documents.flatMap((document) => {
      const contents = versions === "ALL" ? allVersions(account, document) : [document.latest];
      return contents.map((content) => ({ document, content }));
    });
    const keyOf = ({ document, content }: (typeof rows)[number]) => `${document.functionName}:${content.version}`;
    const page = pageOf(rows, keyOf, readPage(call));
    return json(200, {
      ...(page.next !== undefined && { NextMarker: page.next }),
      Functions: page.items.map((row) => listedConfiguration({ ...row, qualified: versions === "ALL" })),
    });
  },
};

export const listVersionsByFunction: RestOperation = {
  name: "ListVersionsByFunction",
  route: "GET /2015-03-31/functions/{FunctionName}/versions",
  resources: functionResource,
  handle(account, call) {
    const { document } = findFunction(account, call);
    const page = pageOf(allVersions(account, document), ({ version }) => version, readPage(call));
    return json(200, {
      ...(page.next !== undefined && { NextMarker: page.next }),
      Versions: page.items.map((content) => listedConfiguration({ document, content, qualified: true })),
    });
  },
};

/** `$LATEST`, then the published ones by number. */
function allVersions(account: AccountState, document: FunctionDocument): FunctionVersion[] {
  const { region, functionName, id, latest } = document;
  const published = account.store.functionVersions.list(region, functionName, id).map(({ content }) => content);
  return [latest, ...published.sort((a, b) => Number(a.version) - Number(b.version))];
}

/** Marker and MaxItems of a list of functions, versions or aliases. */
export function readPage({ query }: RestCall): PageRequest {
  const size = query.has("MaxItems") ? Number(query.get("MaxItems")) : mostPerPage;
  new Constraints().range(size, "maxItems", [1, 10_000]).done();
  return { marker: query.get("Marker") || undefined, size: Math.min(size, mostPerPage) };
}
