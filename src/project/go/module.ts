// Finds the Go module that a folder belongs to, or those below it.
import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { findUpwards } from "../load.ts";
import { unquote } from "./scan.ts";

/** A Go module on this machine. */
export interface GoModule {
  /** Absolute. */
  readonly root: string;
  /** As go.mod names it. */
  readonly path: string;
}

/** Folders that hold no module and no package of the project's own. */
export function isForeign(folderName: string): boolean {
  return /^[._]/.test(folderName) || ["vendor", "testdata", "node_modules", "dist"].includes(folderName);
}

/** The module that a folder lies in; undefined where none is around it. */
export async function moduleAround(folder: string): Promise<GoModule | undefined> {
  const file = await findUpwards(folder, "go.mod");
  return file === undefined ? undefined : readModule(file);
}

/** How deep a module may lie below the project's folder to be found. */
const deepest = 4;

/** The modules below a folder, none of them inside another. */
export async function modulesBelow(folder: string, depth = 0): Promise<GoModule[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  if (entries.some((entry) => entry.name === "go.mod" && entry.isFile())) {
    return [await readModule(join(folder, "go.mod"))];
  }
  if (depth === deepest) return [];
  const folders = entries.filter((entry) => entry.isDirectory() && !isForeign(entry.name));
  const found = await Promise.all(folders.map(({ name }) => modulesBelow(join(folder, name), depth + 1)));
  return found.flat();
}

async function readModule(file: string): Promise<GoModule> {
  const text = await readFile(file, "utf8");
  const written = /^\s*module\s+("[^"]*"|`[^`]*`|[^\s(]+)/m.exec(text)?.[1] ?? "";
  const root = dirname(file);
  return { root, path: (/^["`]/.test(written) ? unquote(written) : written) || basename(root) };
}
