// When a project's sources were last changed.
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { isForeign } from "./go/module.ts";
import type { Project } from "./project.ts";

/** A file and when it was last changed, in milliseconds since 1970. */
export interface Source {
  readonly file: string;
  readonly changed: number;
}

/** How deep sources are looked for. */
const deepest = 8;

/**
 * The youngest of the sources, contents and the configuration; undefined where there are none. Sources are Go's files, or, where a command
 * builds, all that could be one.
 */
export async function newestSource(project: Project): Promise<Source | undefined> {
  const found = await Promise.all([
    project.configFile === undefined ? undefined : sourceAt(project.configFile),
    project.build && newestBelow(project.root, project.build.builder === "go" ? isGoSource : isSource),
    ...project.contents.map(({ from }) => newestContent(join(project.root, from))),
  ]);
  return youngest(found);
}

async function newestContent(path: string): Promise<Source | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.isDirectory() ? newestBelow(path, () => true) : sourceAt(path);
}

async function newestBelow(folder: string, counts: (name: string) => boolean, depth = 0): Promise<Source | undefined> {
  if (depth === deepest) return undefined;
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.map((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return isForeign(entry.name) ? undefined : newestBelow(path, counts, depth + 1);
      return counts(entry.name) ? sourceAt(path) : undefined;
    }),
  );
  return youngest(found);
}

function isGoSource(name: string): boolean {
  return (name.endsWith(".go") && !name.endsWith("_test.go")) || name === "go.mod" || name === "go.sum";
}

/** Nobody knows what a command reads; what people write for people it mostly does not. */
function isSource(name: string): boolean {
  return !/^\.|\.md$|^licen[cs]e/i.test(name);
}

async function sourceAt(file: string): Promise<Source | undefined> {
  const found = await stat(file).catch(() => undefined);
  return found && { file, changed: found.mtimeMs };
}

function youngest(sources: readonly (Source | undefined)[]): Source | undefined {
  return sources.reduce((best, next) => ((next?.changed ?? 0) > (best?.changed ?? 0) ? next : best), undefined);
}
