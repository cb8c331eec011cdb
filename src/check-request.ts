// What `check` is told of an archive that the project has made.
import type { CheckRequest } from "./check/check.ts";
import type { LayerArchive } from "./model/artifact.ts";
import type { Project } from "./project/project.ts";

/** What `check` needs to know about one of the project's own archives. */
export function checkRequestFor(project: Project, archive: LayerArchive, shown: string): CheckRequest {
  const { name, description, license, compatibleRuntimes } = project.layer;
  const layerName = name.replaceAll("{name}", archive.name).replaceAll("{arch}", archive.architecture);
  return {
    archive: shown,
    path: archive.zip,
    kind: archive.kind,
    architecture: archive.architecture,
    compatibleRuntimes,
    layer: archive.kind === "function" ? undefined : { name: layerName, description, license },
  };
}
