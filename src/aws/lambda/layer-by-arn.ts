// A layer version by its ARN: the way to those of other accounts, and to the zip of any.
import { GetLayerVersionByArnCommand } from "@aws-sdk/client-lambda";
import { call, required } from "../call.ts";
import type { Connection } from "../connection.ts";
import { lambda } from "./client.ts";
import { type LayerVersion, layerVersion } from "./layers.ts";

/** A layer version that can be downloaded. */
export interface DownloadableLayer extends LayerVersion {
  /** Where its zip is, for ten minutes: whoever has the address has the zip, so it is shown to nobody. */
  readonly location: string;
}

/** Reads it in its own region, which alone knows it. */
export async function layerVersionByArn(
  connection: Connection,
  { region, arn }: { readonly region: string; readonly arn: string },
): Promise<DownloadableLayer> {
  const purpose = { doing: `read ${arn}`, region };
  const command = new GetLayerVersionByArnCommand({ Arn: arn });
  const answer = await call(connection, purpose, (options) => lambda(connection, region).send(command, options));
  return { ...layerVersion(answer, purpose), location: required(answer.Content?.Location, purpose) };
}
