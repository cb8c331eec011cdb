// The name that a project goes by where nobody has given it one.
import { basename } from "node:path";
import type { Project } from "./project.ts";

/** A text as a name for files and layers, without what these may not hold; undefined where nothing is left. */
export function usableName(text: string | undefined): string | undefined {
  const cleaned = text?.replace(/[^A-Za-z0-9._-]+/g, "-").replace(/^[^A-Za-z0-9]+|-+$/g, "");
  return cleaned || undefined;
}

/** The name of a project without a program: the configuration's, else its folder's. */
export function folderName(project: Pick<Project, "name" | "root">): string {
  return project.name ?? usableName(basename(project.root)) ?? "layer";
}
