// The layer version that is to be copied, as its owner lets us see it.
import type { Connection } from "../../aws/connection.ts";
import { downloadZip } from "../../aws/download.ts";
import { isRefusal } from "../../aws/errors.ts";
import { type DownloadableLayer, layerVersionByArn } from "../../aws/lambda/layer-by-arn.ts";
import { LambdaExtError, remoteError } from "../../model/errors.ts";
import type { LayerReference } from "./reference.ts";

/** Reads it. @throws LambdaExtError that says whose move it is, where it cannot be read. */
export async function readOriginal(connection: Connection, reference: LayerReference): Promise<DownloadableLayer> {
  const { arn } = reference;
  const region = reference.region ?? connection.target.region;
  try {
    return await layerVersionByArn(connection, { region, arn });
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    const hint = hintFor(error, reference);
    throw hint === undefined ? error : remoteError(error.message, { code: error.code, hint, cause: error.cause });
  }
}

/** Downloads its zip, which must be the very bytes that Lambda has. @throws LambdaExtError otherwise. */
export async function downloadOriginal(
  connection: Connection,
  original: DownloadableLayer,
  file: string,
): Promise<void> {
  const { arn, location, codeBytes, codeSha256 } = original;
  const purpose = { doing: `download ${arn}`, region: connection.target.region };
  await downloadZip(connection, purpose, { location, file, bytes: codeBytes, codeSha256 });
}

function hintFor(error: LambdaExtError, { account, region, arn }: LayerReference): string | undefined {
  const number = arn.slice(arn.lastIndexOf(":") + 1);
  if (isRefusal(error, "AccessDenied")) {
    if (/identity-based policy|explicit deny|permissions boundary|service control policy/.test(error.message)) {
      return "Your own policies don't allow it: they need lambda:GetLayerVersion on this ARN.";
    }
    return (
      `Either account ${account} has not shared version ${number} (each version is shared by itself, in each region by itself), or there is none in ${region}, ` +
      "or your own policies don't allow lambda:GetLayerVersion on it: AWS does not say which. Compare the ARN with its owner's list, letter by letter."
    );
  }
  if (isRefusal(error, "ResourceNotFoundException")) {
    return `There is no version ${number} in ${region ?? "this region"}, or no longer: lambda-ext versions lists those of your own account.`;
  }
  return undefined;
}
