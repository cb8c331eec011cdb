// GetLayerVersionByArn: the same by the ARN of a version, which shares its path with ListLayers.
import { parseLayerArn } from "../../../../model/arn.ts";
import { accountId } from "../../../account.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { notShared } from "../attached-layers.ts";
import { layerVersionArnPattern } from "../names.ts";
import { fullLayerVersion, layerNotFound } from "./layer-version.ts";

export const getLayerVersionByArn: RestOperation = {
  name: "GetLayerVersionByArn",
  route: "GET /2018-10-31/layers",
  when: { parameter: "find", value: "LayerVersion" },
  // IAM knows one action for both ways.
  action: "lambda:GetLayerVersion",
  resources: (call) => [arnIn(call)],
  handle(account, call) {
    const arn = parseLayerArn(arnIn(call));
    if (arn?.account !== accountId) throw notShared(call, arnIn(call));
    const found = account.store.layerVersions.get(arn.region, arn.layerName, String(arn.version));
    // A layer of another region is answered by that region alone.
    if (!found || found.region !== call.region) throw layerNotFound();
    return json(200, fullLayerVersion(account, found));
  },
};

function arnIn({ query }: RestCall): string {
  const arn = query.get("Arn") ?? undefined;
  new Constraints()
    .required(arn, "arn")
    .length(arn, "arn", [1, 2048])
    .pattern(arn, "arn", layerVersionArnPattern)
    .done();
  return arn ?? "";
}
