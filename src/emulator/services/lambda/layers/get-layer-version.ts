// GetLayerVersion, by name and number.
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { findLayerVersion, fullLayerVersion, layerNotFound, layerVersionResource } from "./layer-version.ts";

export const getLayerVersion: RestOperation = {
  name: "GetLayerVersion",
  route: "GET /2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
  resources: layerVersionResource,
  handle(account, call) {
    const found = findLayerVersion(account, call);
    if (!found) throw layerNotFound();
    return json(200, fullLayerVersion(account, found));
  },
};
