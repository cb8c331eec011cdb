// All versions of a layer, and the end of one.
import { DeleteLayerVersionCommand, ListLayerVersionsCommand } from "@aws-sdk/client-lambda";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { isRefusal } from "../errors.ts";
import { lambda } from "./client.ts";
import type { LayerVersionAddress } from "./layer-policy.ts";
import { type LayerAddress, type ListedLayerVersion, listedVersion } from "./layers.ts";

/** Lambda gives no more on a page. */
const perPage = 50;

/** Every version of a layer, page after page, newest first; none of a layer that there isn't. */
export async function listLayerVersions(
  connection: Connection,
  { region, layer }: LayerAddress,
): Promise<ListedLayerVersion[]> {
  const purpose = { doing: `list the versions of layer ${layer} in ${region}`, region };
  const versions: ListedLayerVersion[] = [];
  let marker: string | undefined;
  do {
    const command = new ListLayerVersionsCommand({
      LayerName: layer,
      MaxItems: perPage,
      ...(marker !== undefined && { Marker: marker }),
    });
    const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
    versions.push(...required(answer.LayerVersions, purpose).map((entry) => listedVersion(entry, purpose)));
    marker = answer.NextMarker;
  } while (marker);
  return versions.sort((a, b) => b.version - a.version);
}

/** Deletes a version: nothing new can have it, what has it keeps it, and its number is used up. One that is gone already is what was wanted. */
export async function deleteLayerVersion(
  connection: Connection,
  { region, layer, version }: LayerVersionAddress,
): Promise<void> {
  const purpose = { doing: `delete version ${version} of layer ${layer} in ${region}`, region };
  const command = new DeleteLayerVersionCommand({ LayerName: layer, VersionNumber: version });
  try {
    await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  } catch (error) {
    if (!isRefusal(error, "ResourceNotFoundException")) throw error;
  }
}
