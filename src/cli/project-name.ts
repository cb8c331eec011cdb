// The project's name where nothing is built: as the configuration says, or as the build would find it.
import { usageError } from "../model/errors.ts";
import { folderName } from "../project/name.ts";
import type { Project } from "../project/project.ts";

/**
 * The name that goes into the layer's name.
 * @throws usageError where the working folder is no project.
 */
export async function projectName(project: Project): Promise<string> {
  if (project.name !== undefined) return project.name;
  if (project.kind === "layer" && project.configFile !== undefined) return folderName(project);
  if (project.build?.builder === "go") {
    const { findGoProgram } = await import("../project/go/program.ts");
    try {
      return (await findGoProgram(project, project.build)).name;
    } catch (error) {
      if (project.configFile !== undefined) throw error;
    }
  }
  throw usageError(`No layer was named, and ${project.root} is no project whose layer could be meant.`, {
    code: "NoLayerNamed",
    hint: "Give --layer, or run it in the extension's project.",
  });
}
