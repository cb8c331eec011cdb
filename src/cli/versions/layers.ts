// Which layers versions and prune are about: those that were named, or the project's own.
import { architectures } from "../../model/architecture.ts";
import { parseLayerArn } from "../../model/arn.ts";
import { LambdaExtError, usageError } from "../../model/errors.ts";
import { layerNamePattern, limits } from "../../model/limits.ts";
import type { Project } from "../../project/project.ts";
import { layerNameFor } from "../../publish/layer-name.ts";
import { projectName } from "../project-name.ts";

/**
 * Names of layers; without words, those that publish gives to this project's, for both architectures.
 * @throws usageError where a word is no name, and where nothing says which layer is meant.
 */
export async function layerNames(project: Project, words: readonly string[]): Promise<readonly string[]> {
  if (words.length > 0) return [...new Set(words.map(readName))];
  if (project.kind === "function") throw unnamed("This project is a function, which has no layer.");
  const name = await projectName(project).catch((error) => {
    if (!(error instanceof LambdaExtError) || error.code !== "NoLayerNamed") throw error;
    throw unnamed(error.message);
  });
  return [...new Set(architectures.map((architecture) => layerNameFor(project.layer.name, name, architecture)))];
}

function unnamed(message: string): LambdaExtError {
  return usageError(message, {
    code: "NoLayerNamed",
    hint: "Name the layer, e.g. lambda-ext versions NAME, or run it in the extension's project.",
  });
}

function readName(word: string): string {
  if (layerNamePattern.test(word) && word.length <= limits.layerNameCharacters) return word;
  const arn = parseLayerArn(word);
  throw usageError(`${JSON.stringify(word)} is not the name of a layer.`, {
    code: "InvalidLayerName",
    hint: arn
      ? `Give the name alone, and the region with --regions: ${arn.layerName} --regions ${arn.region}`
      : "Letters, digits, - and _.",
  });
}
