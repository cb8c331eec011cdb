// What attaching or detaching changes about a function: pure, so that --dry-run shows exactly what would be written.
import type { LambdaFunction } from "../../aws/lambda/function.ts";
import type { FunctionSettings } from "../../aws/lambda/functions.ts";
import { layerOf, parseLayerArn } from "../../model/arn.ts";
import { remoteError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import { mergeVariables, withoutVariables } from "../environment.ts";
import type { FoundLayer } from "./find-layer.ts";
import type { LayerWord } from "./layer-word.ts";

/** What happens to one variable; never its value. */
export interface VariableChange {
  readonly name: string;
  /** `kept`: it has another value than attach sets, so detach leaves it. */
  readonly change: "added" | "changed" | "unchanged" | "removed" | "kept" | "absent";
}

/** A change of a function, computed and not yet made. */
export interface AttachPlan {
  readonly before: readonly string[];
  readonly after: readonly string[];
  readonly variables: readonly VariableChange[];
  /** What is to be written; undefined where nothing is. */
  readonly settings: Pick<FunctionSettings, "layers" | "variables"> | undefined;
}

/**
 * Adds layers and variables: an older version of the same layer is replaced where it stands, the others keep their places.
 * @throws LambdaExtError above five layers, for a function from an image, or where its variables cannot be read.
 */
export function planAttach(
  current: LambdaFunction,
  wish: { readonly layers: readonly FoundLayer[]; readonly variables: Readonly<Record<string, string>> },
): AttachPlan {
  refuseImage(current, wish.layers.length > 0);
  let after = [...current.layers];
  for (const { arn, siblings } of wish.layers) {
    const same = new Set([layerOf(arn), ...siblings]);
    const place = after.findIndex((layer) => same.has(layerOf(layer)));
    if (place === -1) after.push(arn);
    else after = after.flatMap((layer, index) => (index === place ? arn : same.has(layerOf(layer)) ? [] : layer));
  }
  if (after.length > limits.layersPerFunction && after.length > current.layers.length) {
    throw remoteError(
      `Function ${current.name} in ${current.region} would have ${after.length} layers; Lambda takes ${limits.layersPerFunction}.`,
      { code: "TooManyLayers", hint: `Take one away first: lambda-ext detach --function ${current.name} --layer NAME` },
    );
  }
  const variables = Object.entries(wish.variables).map(([name, value]): VariableChange => {
    const present = current.variables[name];
    return { name, change: present === undefined ? "added" : present === value ? "unchanged" : "changed" };
  });
  return planOf(current, after, { variables, merged: mergeVariables(current, wish.variables) });
}

/** Takes layers away, and those variables whose value is still what attach sets. */
export function planDetach(
  current: LambdaFunction,
  wish: { readonly layers: readonly LayerWord[]; readonly variables: Readonly<Record<string, string>> },
): AttachPlan {
  const after = current.layers.filter((layer) => !wish.layers.some((word) => isMeant(layer, word)));
  const variables = Object.entries(wish.variables).map(([name, value]): VariableChange => {
    const present = current.variables[name];
    return { name, change: present === undefined ? "absent" : present === value ? "removed" : "kept" };
  });
  const removed = variables.flatMap(({ name, change }) => (change === "removed" ? name : []));
  return planOf(current, after, { variables, merged: withoutVariables(current, removed) });
}

function planOf(
  current: LambdaFunction,
  after: readonly string[],
  environment: {
    readonly variables: readonly VariableChange[];
    readonly merged: Readonly<Record<string, string>> | undefined;
  },
): AttachPlan {
  const layersDiffer = after.join() !== current.layers.join();
  const { variables, merged } = environment;
  const settings =
    layersDiffer || merged
      ? { ...(layersDiffer && { layers: after }), ...(merged && { variables: merged }) }
      : undefined;
  return { before: current.layers, after, variables, settings };
}

/** Whether a layer in a function's list is one that was named. */
function isMeant(arn: string, word: LayerWord): boolean {
  const layer = parseLayerArn(arn);
  if (!layer) return false;
  if (word.version !== undefined && word.version !== layer.version) return false;
  if (word.arn !== undefined) return layerOf(arn) === word.arn;
  // Either architecture's: a function may have changed its own since.
  const names = ["x86_64", "arm64"].map((architecture) => word.name.replaceAll("{arch}", architecture));
  return names.includes(layer.layerName);
}

function refuseImage({ name, region, packageType }: LambdaFunction, wantsLayers: boolean): void {
  if (packageType !== "Image" || !wantsLayers) return;
  throw remoteError(`Function ${name} in ${region} runs from a container image, which takes no layers.`, {
    code: "ImageFunction",
    hint: "Copy the extension into /opt/extensions of the image instead.",
  });
}
