// Finds the layer version that a function gets: the one that was named, or the newest for its region and architecture.
import type { Connection } from "../../aws/connection.ts";
import { isRefusal } from "../../aws/errors.ts";
import type { LambdaFunction } from "../../aws/lambda/function.ts";
import { getLayerVersion, type ListedLayerVersion, newestLayerVersion } from "../../aws/lambda/layers.ts";
import { type Architecture, architectures } from "../../model/architecture.ts";
import { layerOf } from "../../model/arn.ts";
import { remoteError, usageError } from "../../model/errors.ts";
import { isPlaceholder } from "../../model/placeholder.ts";
import type { LayerWord } from "./layer-word.ts";

/** A layer version for one function. */
export interface FoundLayer {
  readonly arn: string;
  /** The same layer under its other architecture's name: it gives way too. */
  readonly siblings: readonly string[];
  /** What may not fit. */
  readonly warnings: readonly string[];
}

/** The function that a layer is for, as far as it matters. */
export type LayerTarget = Pick<LambdaFunction, "name" | "region" | "architectures" | "runtime">;

/** Looks layers up; the answers are kept, so that five hundred functions of one region cost one look. */
export class LayerFinder {
  readonly #connection: Connection;
  readonly #looks = new Map<string, Promise<ListedLayerVersion | undefined>>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /**
   * The version of a layer for a function.
   * @throws LambdaExtError where there is none, or the layer lies in another region.
   */
  async find(word: LayerWord, target: LayerTarget): Promise<FoundLayer> {
    const architecture = (target.architectures[0] ?? "x86_64") as Architecture;
    if (word.region !== undefined && word.region !== target.region) {
      throw usageError(`Layer ${word.text} is not in ${target.region}, the region of function ${target.name}.`, {
        code: "LayerInOtherRegion",
        hint: `A function takes layers of its own region only. Publish it there, or name it without an ARN.`,
      });
    }
    const layer = word.arn ?? word.name.replaceAll("{arch}", architecture);
    const key = `${target.region} ${layer} ${word.version ?? architecture}`;
    const look = this.#looks.get(key) ?? this.#look(layer, word, { region: target.region, architecture });
    this.#looks.set(key, look);
    const found = await look;
    if (!found) return { arn: word.text, siblings: [], warnings: [] };
    return { arn: found.arn, siblings: siblingsOf(found.arn, word), warnings: misfits(found, target) };
  }

  async #look(
    layer: string,
    word: LayerWord,
    place: { readonly region: string; readonly architecture: Architecture },
  ): Promise<ListedLayerVersion | undefined> {
    const { region, architecture } = place;
    if (word.version !== undefined) {
      try {
        return await getLayerVersion(this.#connection, { region, layer, version: word.version });
      } catch (error) {
        // A vendor may let an account use a version and not look at it; AWS decides when it is attached.
        if (word.arn !== undefined && isRefusal(error, "AccessDenied")) return undefined;
        throw error;
      }
    }
    const newest = await this.#newest(layer, word, place);
    if (newest && suits(newest, architecture)) return real(newest);
    const other = newest && (await newestLayerVersion(this.#connection, { region, layer, architecture }));
    if (other) return real(other);
    throw remoteError(`Layer ${layer} has no version${newest ? ` for ${architecture}` : ""} in ${region}.`, {
      code: "NoLayerVersion",
      hint: `Publish it there: lambda-ext publish --regions ${region}`,
    });
  }

  async #newest(layer: string, word: LayerWord, { region }: { readonly region: string }) {
    try {
      return await newestLayerVersion(this.#connection, { region, layer });
    } catch (error) {
      if (word.arn === undefined || !isRefusal(error, "AccessDenied")) throw error;
      throw remoteError(`The versions of layer ${layer} cannot be listed.`, {
        code: "AccessDenied",
        hint: "Another account's layer needs its version: give the ARN with the number at its end.",
        cause: error,
      });
    }
  }
}

/** Refuses a version that holds nothing: a publish that fills numbers was not finished, and a function would lose its extension. */
function real(version: ListedLayerVersion): ListedLayerVersion {
  if (!isPlaceholder(version)) return version;
  throw remoteError(`The newest version of its layer only fills a number: ${version.arn}.`, {
    code: "UnfinishedLayer",
    hint: "Finish the publish --align that made it, or name another version by its number.",
  });
}

function suits({ architectures: listed }: ListedLayerVersion, architecture: string): boolean {
  return listed.length === 0 || listed.includes(architecture);
}

function siblingsOf(arn: string, word: LayerWord): string[] {
  if (!word.name.includes("{arch}")) return [];
  const prefix = layerOf(arn).replace(/:layer:.*$/, ":layer:");
  return architectures.map((architecture) => prefix + word.name.replaceAll("{arch}", architecture));
}

function misfits(layer: ListedLayerVersion, target: LayerTarget): string[] {
  const warnings: string[] = [];
  const architecture = target.architectures[0] ?? "x86_64";
  if (!suits(layer, architecture)) {
    warnings.push(
      `${layer.arn} is for ${layer.architectures.join(", ")}; function ${target.name} runs on ${architecture}.`,
    );
  }
  if (layer.runtimes.length > 0 && target.runtime !== undefined && !layer.runtimes.includes(target.runtime)) {
    warnings.push(
      `${layer.arn} doesn't list ${target.runtime}, the runtime of function ${target.name}, as compatible.`,
    );
  }
  return warnings;
}
