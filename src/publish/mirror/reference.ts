// The ARN of a layer version that is to be copied: read, and told what is wrong with it.
import { parseArn, parseLayerArn } from "../../model/arn.ts";
import { type LambdaExtError, usageError } from "../../model/errors.ts";
import { partitionOf, regionPattern } from "../../model/partition.ts";

/** A layer version somewhere. */
export interface LayerReference {
  readonly arn: string;
  readonly layerName: string;
  /** Undefined for AWS's own `awslayer`s, which are the same in every region. */
  readonly region: string | undefined;
  /** Empty for AWS's own. */
  readonly account: string;
  readonly partition: string;
}

/** Reads it. @throws usageError where the text is not the ARN of a layer version. */
export function readLayerReference(text: string): LayerReference {
  const arn = parseArn(text);
  if (!arn) throw wrong(`${JSON.stringify(text)} is not an ARN.`);
  const { partition, service, region, account, resource } = arn;
  const [, awsLayer] = /^awslayer:([A-Za-z0-9_-]+)$/.exec(resource) ?? [];
  if (service === "lambda" && region === "" && account === "" && awsLayer !== undefined) {
    return { arn: text, layerName: awsLayer, region: undefined, account, partition };
  }
  const layer = parseLayerArn(text);
  if (!layer) throw wrong(`${text} is not the ARN of a layer.`);
  if (layer.version === undefined) {
    throw wrong(`${text} does not say which version is meant.`, `Add its number, e.g. ${text}:1`);
  }
  if (!regionPattern.test(region)) throw wrong(`${JSON.stringify(region)} in ${text} is not a region.`);
  if (!/^\d{12}$/.test(account))
    throw wrong(`${JSON.stringify(account)} in ${text} is not an account's twelve digits.`);
  if (partitionOf(region).id !== partition) {
    throw wrong(`${text} contradicts itself: ${region} is in the partition ${partitionOf(region).id}.`);
  }
  return { arn: text, layerName: layer.layerName, region, account, partition };
}

/** Whether regions are reached with the same credentials as the layer. @throws usageError for one that is not. */
export function refuseOtherPartitions({ arn, partition }: LayerReference, regions: readonly string[]): void {
  const foreign = regions.filter((region) => partitionOf(region).id !== partition);
  if (foreign.length === 0) return;
  throw usageError(`${arn} is in the partition ${partition}, and ${foreign.join(", ")} in another one.`, {
    code: "OtherPartition",
    hint: "No credentials are good for two partitions. Take the zip there yourself: lambda-ext publish --zip FILE --regions …",
  });
}

function wrong(message: string, hint?: string): LambdaExtError {
  const form = "It looks like arn:aws:lambda:eu-west-1:123456789012:layer:NAME:NUMBER.";
  return usageError(message, { code: "InvalidLayerArn", hint: hint ?? form });
}
