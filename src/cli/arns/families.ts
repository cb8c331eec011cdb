// Which layers arns is about: those that were named, or the project's own.
import { type Architecture, architectures } from "../../model/architecture.ts";
import type { Project } from "../../project/project.ts";
import type { LayerFamily } from "../../publish/arns/find.ts";
import { isShared, layerNameFor } from "../../publish/layer-name.ts";
import { projectName } from "../project-name.ts";
import { layerNames } from "../versions/layers.ts";

/**
 * Families of layers. One that is named may have versions for either architecture; the project's are told apart as publish does.
 * @throws usageError where a word is no name, and where nothing says which layer is meant.
 */
export async function layerFamilies(
  project: Project,
  words: readonly string[],
  wanted: readonly Architecture[] = architectures,
): Promise<readonly LayerFamily[]> {
  const names = await layerNames(project, words);
  if (words.length > 0) {
    return names.map((layerName) => ({
      name: layerName,
      members: wanted.map((architecture) => ({ architecture, layerName, shared: true })),
    }));
  }
  const { name: pattern } = project.layer;
  const name = await projectName(project);
  const shared = isShared(pattern);
  const members = wanted.map((architecture) => ({
    architecture,
    layerName: layerNameFor(pattern, name, architecture),
    shared,
  }));
  const both = pattern
    .replaceAll("{name}", name)
    .replaceAll(/[-_]?\{arch\}/g, "")
    .replace(/^[-_]+/, "");
  return [{ name: both || name, members }];
}
