// ListLayerVersions: newest first, filtered; a layer that does not exist has none.
import { architectures } from "../../../../model/architecture.ts";
import type { LayerVersionDocument } from "../../../store/documents.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { json } from "../../../wire/protocol.ts";
import { pageOf } from "../../pages.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { layerArnOf, readLayerName } from "../names.ts";
import { checkRuntimeFilter } from "../runtime-names.ts";
import { listedLayerVersion } from "./layer-version.ts";

export const listLayerVersions: RestOperation = {
  name: "ListLayerVersions",
  route: "GET /2018-10-31/layers/{LayerName}/versions",
  resources: (call) => [layerArnOf(call, readLayerName(call, call.path.LayerName ?? ""))],
  handle(account, call) {
    const layerName = readLayerName(call, call.path.LayerName ?? "");
    const filter = readLayerFilter(call);
    const found = account.store.layerVersions.list(call.region, layerName).filter(filter.accepts);
    found.sort((a, b) => b.version - a.version);
    const page = pageOf(found, ({ version }) => String(version), filter.page);
    return json(200, {
      ...(page.next !== undefined && { NextMarker: page.next }),
      LayerVersions: page.items.map(listedLayerVersion),
    });
  },
};

/** What the query of both lists asks for. */
export function readLayerFilter({ query }: RestCall) {
  const runtime = query.get("CompatibleRuntime") ?? undefined;
  const architecture = query.get("CompatibleArchitecture") ?? undefined;
  const size = query.has("MaxItems") ? Number(query.get("MaxItems")) : 50;
  const constraints = new Constraints()
    .oneOf(architecture, "compatibleArchitecture", architectures)
    .range(size, "maxItems", [1, 50]);
  checkRuntimeFilter(constraints, runtime);
  constraints.done();
  return {
    accepts: (document: LayerVersionDocument) =>
      (runtime === undefined || document.compatibleRuntimes.includes(runtime)) &&
      (architecture === undefined || (document.compatibleArchitectures as readonly string[]).includes(architecture)),
    page: { marker: query.get("Marker") || undefined, size },
  };
}
