// Layer versions: found, and shown as Lambda's answers show them.
import type { LayerVersionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall } from "../../rest-service.ts";
import { layerArnOf, readLayerName, readLayerVersion } from "../names.ts";

/** The layer version in the path, where there is one. */
export function findLayerVersion(account: AccountState, call: RestCall): LayerVersionDocument | undefined {
  const { name, version } = layerVersionIn(call);
  return account.store.layerVersions.get(call.region, name, String(version));
}

/** Name and number in the path. */
export function layerVersionIn(call: RestCall): { readonly name: string; readonly version: number } {
  return { name: readLayerName(call, call.path.LayerName ?? ""), version: readLayerVersion(call.path.VersionNumber) };
}

/** For the operations on a version's policy, which say which version is missing. */
export function requireLayerVersion(account: AccountState, call: RestCall): LayerVersionDocument {
  const found = findLayerVersion(account, call);
  if (found) return found;
  const { name, version } = layerVersionIn(call);
  throw new AwsError("ResourceNotFoundException", `Layer version ${layerArnOf(call, name, version)} does not exist.`, {
    status: 404,
    style: "user-capital",
  });
}

/** The refusal of what is not there, where Lambda doesn't say what. */
export function layerNotFound(): AwsError {
  return new AwsError("ResourceNotFoundException", "The resource you requested does not exist.", {
    status: 404,
    style: "user-capital",
  });
}

/** As lists show it. */
export function listedLayerVersion(document: LayerVersionDocument): Record<string, unknown> {
  return {
    LayerVersionArn: layerArnOf(document, document.layerName, document.version),
    Version: document.version,
    Description: document.description,
    CreatedDate: document.createdDate,
    CompatibleRuntimes: document.compatibleRuntimes,
    CompatibleArchitectures: document.compatibleArchitectures,
    ...(document.licenseInfo !== undefined && { LicenseInfo: document.licenseInfo }),
  };
}

/** As publishing and getting show it. */
export function fullLayerVersion(account: AccountState, document: LayerVersionDocument): Record<string, unknown> {
  const { codeSha256, codeSize } = document;
  return {
    Content: { Location: account.downloads.link(codeSha256), CodeSha256: codeSha256, CodeSize: codeSize },
    LayerArn: layerArnOf(document, document.layerName),
    ...listedLayerVersion(document),
  };
}

/** For an operation's `resources`. */
export function layerVersionResource(call: RestCall): readonly string[] {
  const { name, version } = layerVersionIn(call);
  return [layerArnOf(call, name, version)];
}
