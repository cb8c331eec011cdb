// The policy of a layer version: who else may use it, statement by statement.
import {
  AddLayerVersionPermissionCommand,
  GetLayerVersionPolicyCommand,
  RemoveLayerVersionPermissionCommand,
} from "@aws-sdk/client-lambda";
import { printable } from "../../model/printable.ts";
import { describeGrantee, type Grantee, type LayerGrant, readLayerPolicy, statementFor } from "../../model/sharing.ts";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { isRefusal, unreadableAnswer } from "../errors.ts";
import { lambda } from "./client.ts";
import type { LayerAddress } from "./layers.ts";

/** A version of a layer. */
export type LayerVersionAddress = LayerAddress & { readonly version: number };

/** The statements of a layer version's policy; none where it has no policy, and where there is no such version. */
export async function layerGrants(
  connection: Connection,
  { region, layer, version }: LayerVersionAddress,
): Promise<readonly LayerGrant[]> {
  const purpose = { doing: `read who may use version ${version} of layer ${layer} in ${region}`, region };
  const command = new GetLayerVersionPolicyCommand({ LayerName: layer, VersionNumber: version });
  try {
    const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
    const grants = readLayerPolicy(required(answer.Policy, purpose));
    if (!grants?.every(({ sid }) => printable(sid) === sid)) throw unreadableAnswer(purpose);
    return grants;
  } catch (error) {
    if (isRefusal(error, "ResourceNotFoundException")) return [];
    throw error;
  }
}

/**
 * Lets a grantee use a layer version. It can be repeated: the statement bears the grantee's name, and one that is there already is
 * what was wanted.
 */
export async function grantLayerVersion(
  connection: Connection,
  address: LayerVersionAddress,
  grantee: Grantee,
): Promise<void> {
  const { region, layer, version } = address;
  const doing = `share version ${version} of layer ${layer} in ${region} with ${describeGrantee(grantee)}`;
  const { sid, principal, organization } = statementFor(grantee);
  const command = new AddLayerVersionPermissionCommand({
    LayerName: layer,
    VersionNumber: version,
    StatementId: sid,
    Action: "lambda:GetLayerVersion",
    Principal: principal,
    ...(organization !== undefined && { OrganizationId: organization }),
  });
  try {
    await call(connection, { doing, region }, (options) => lambda(connection, region).send(command, options));
  } catch (error) {
    if (!isRefusal(error, "ResourceConflictException")) throw error;
    // An earlier attempt whose answer was lost, most likely; somebody's other statement under this name, at worst.
    const grants = await layerGrants(connection, address);
    if (!grants.some((grant) => grant.grantee === grantee)) throw error;
  }
}

/** Takes a statement away; one that is gone already is what was wanted. */
export async function revokeLayerGrant(
  connection: Connection,
  { region, layer, version }: LayerVersionAddress,
  sid: string,
): Promise<void> {
  const doing = `take the statement ${sid} away from version ${version} of layer ${layer} in ${region}`;
  const command = new RemoveLayerVersionPermissionCommand({
    LayerName: layer,
    VersionNumber: version,
    StatementId: sid,
  });
  try {
    await call(connection, { doing, region }, (options) => lambda(connection, region).send(command, options));
  } catch (error) {
    if (!isRefusal(error, "ResourceNotFoundException")) throw error;
  }
}
