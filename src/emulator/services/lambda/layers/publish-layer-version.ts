// PublishLayerVersion: keeps the zip, then takes the next number for it.
import { architectures } from "../../../../model/architecture.ts";
import { limits } from "../../../../model/limits.ts";
import type { LayerVersionDocument } from "../../../store/documents.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestOperation } from "../../rest-service.ts";
import { architectureConstraint, isArchitecture } from "../architectures.ts";
import { storeCode } from "../code.ts";
import { layerArnOf, readLayerName } from "../names.ts";
import { checkRuntimeNames } from "../runtime-names.ts";
import { lambdaTime } from "../time.ts";
import { fullLayerVersion } from "./layer-version.ts";

export const publishLayerVersion: RestOperation = {
  name: "PublishLayerVersion",
  route: "POST /2018-10-31/layers/{LayerName}/versions",
  resources: (call) => [layerArnOf(call, readLayerName(call, call.path.LayerName ?? ""))],
  async handle(account, call) {
    const layerName = readLayerName(call, call.path.LayerName ?? "");
    const input = Input.parse(call.body);
    const described = readDescription(input);
    const code = await storeCode(account, call, input.inner("Content"));
    const document = { ...described, ...code, region: call.region, layerName };
    return json(201, fullLayerVersion(account, await takeNumber(account, document)));
  },
};

function readDescription(input: Input) {
  const description = input.text("Description") ?? "";
  const licenseInfo = input.text("LicenseInfo");
  const compatibleRuntimes = input.texts("CompatibleRuntimes") ?? [];
  const given = input.texts("CompatibleArchitectures") ?? [];
  const constraints = new Constraints()
    .length(description, "description", [0, limits.descriptionCharacters])
    .length(licenseInfo, "licenseInfo", [0, limits.licenseCharacters])
    .length(compatibleRuntimes, "compatibleRuntimes", [0, limits.compatibleRuntimes])
    .length(given, "compatibleArchitectures", [0, architectures.length]);
  checkRuntimeNames(constraints, compatibleRuntimes);
  const compatibleArchitectures = given.filter(isArchitecture);
  if (compatibleArchitectures.length < given.length) {
    constraints.add(`'[${given.join(", ")}]'`, "compatibleArchitectures", architectureConstraint);
  }
  constraints.done();
  return { description, licenseInfo, compatibleRuntimes, compatibleArchitectures };
}

/** The next number after all that were ever used, taken by making its document; a deleted version's tombstone counts. */
async function takeNumber(
  account: AccountState,
  document: Omit<LayerVersionDocument, "version" | "createdDate">,
): Promise<LayerVersionDocument> {
  const { layerVersions, locks } = account.store;
  const { region, layerName } = document;
  return locks.run(`layer ${region} ${layerName}`, async () => {
    const used = layerVersions.keys(region, layerName).map((key) => Number(key[2]));
    for (let version = Math.max(0, ...used) + 1; ; version++) {
      const complete = { ...document, version, createdDate: lambdaTime(account.now()) };
      if (await layerVersions.create([region, layerName, String(version)], complete)) return complete;
    }
  });
}
