// The ways to name a layer: ARN with or without a version, or a name with or without one.
import { parseLayerArn } from "../../model/arn.ts";
import { usageError } from "../../model/errors.ts";

/** A layer as it was named; `{arch}` in a name stands for the function's architecture. */
export interface LayerWord {
  /** As it was given. */
  readonly text: string;
  /** The layer's ARN without a version, where one was given. */
  readonly arn: string | undefined;
  /** The region of the ARN. */
  readonly region: string | undefined;
  readonly name: string;
  /** undefined: the newest. */
  readonly version: number | undefined;
}

/**
 * Reads a layer's name.
 * @throws usageError
 */
export function parseLayerWord(text: string): LayerWord {
  const arn = parseLayerArn(text);
  if (arn) {
    const withoutVersion = arn.version === undefined ? text : text.slice(0, text.lastIndexOf(":"));
    return { text, arn: withoutVersion, region: arn.region, name: arn.layerName, version: arn.version };
  }
  const [, name, version] = /^((?:[A-Za-z0-9_-]|\{arch\})+)(?::(\d+))?$/.exec(text) ?? [];
  if (name) return { text, arn: undefined, region: undefined, name, version: version ? Number(version) : undefined };
  throw usageError(`${JSON.stringify(text)} names no layer.`, {
    code: "InvalidLayer",
    hint: "It is an ARN, a name, or name:version.",
  });
}
