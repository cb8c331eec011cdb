// DeleteLayerVersion: leaves a tombstone, so that the number is never used again; what is not there is deleted too.
import type { RestOperation } from "../../rest-service.ts";
import { layerVersionIn, layerVersionResource } from "./layer-version.ts";

export const deleteLayerVersion: RestOperation = {
  name: "DeleteLayerVersion",
  route: "DELETE /2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
  resources: layerVersionResource,
  async handle(account, call) {
    const { name, version } = layerVersionIn(call);
    const { layerVersions, locks } = account.store;
    await locks.run(`layer ${call.region} ${name}`, async () => {
      const key = [call.region, name, String(version)];
      if (layerVersions.get(...key)) await layerVersions.bury(key);
    });
    return { status: 204 };
  },
};
