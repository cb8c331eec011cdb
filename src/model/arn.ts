// ARNs of the things that we handle: read, never cut by hand elsewhere.

/** The parts that every ARN has. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** All that follows the account, e.g. `layer:name:3`. */
  readonly resource: string;
}

/** A layer's ARN with or without a version. */
export interface LayerArn extends Arn {
  readonly layerName: string;
  readonly version: number | undefined;
}

/** Reads an ARN; undefined where the text is none. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/.exec(text);
  if (!match) return undefined;
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}

/** Writes an ARN. */
export function formatArn(arn: Arn): string {
  return `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.account}:${arn.resource}`;
}

/** Reads `arn:…:layer:NAME` or `arn:…:layer:NAME:VERSION`; undefined where the text is neither. */
export function parseLayerArn(text: string): LayerArn | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "lambda") return undefined;
  const match = /^layer:([A-Za-z0-9_-]+)(?::(\d+))?$/.exec(arn.resource);
  if (!match?.[1]) return undefined;
  return { ...arn, layerName: match[1], version: match[2] === undefined ? undefined : Number(match[2]) };
}

/** A layer version's ARN without its version, which names the layer. */
export function layerOf(layerVersionArn: string): string {
  return layerVersionArn.replace(/(:layer:[A-Za-z0-9_-]+):\d+$/, "$1");
}
