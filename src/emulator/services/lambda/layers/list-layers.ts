// ListLayers: each layer with its newest version that passes the filter.
import type { LayerVersionDocument } from "../../../store/documents.ts";
import { json } from "../../../wire/protocol.ts";
import { pageOf } from "../../pages.ts";
import type { RestOperation } from "../../rest-service.ts";
import { layerArnOf } from "../names.ts";
import { listedLayerVersion } from "./layer-version.ts";
import { readLayerFilter } from "./list-layer-versions.ts";

export const listLayers: RestOperation = {
  name: "ListLayers",
  route: "GET /2018-10-31/layers",
  handle(account, call) {
    const filter = readLayerFilter(call);
    const newest = new Map<string, LayerVersionDocument>();
    for (const document of account.store.layerVersions.list(call.region).filter(filter.accepts)) {
      const before = newest.get(document.layerName);
      if (!before || before.version < document.version) newest.set(document.layerName, document);
    }
    const layers = [...newest.values()].sort((a, b) => (a.layerName < b.layerName ? -1 : 1));
    const page = pageOf(layers, ({ layerName }) => layerName, filter.page);
    return json(200, {
      ...(page.next !== undefined && { NextMarker: page.next }),
      Layers: page.items.map((document) => ({
        LayerName: document.layerName,
        LayerArn: layerArnOf(document, document.layerName),
        LatestMatchingVersion: listedLayerVersion(document),
      })),
    });
  },
};
