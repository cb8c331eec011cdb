// Finds the main packages of a module.
import { readdir, readFile } from "node:fs/promises";
import { basename, join, relative, sep } from "node:path";
import { constraintHolds, nameFits } from "./constraint.ts";
import { isForeign } from "./module.ts";
import { declaresMain, type GoFile, scanGoFile } from "./scan.ts";

/** The Go files of one folder that a build for Lambda takes in. */
export async function readPackage(folder: string, tags: readonly string[]): Promise<GoFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => !entry.isDirectory() && nameFits(entry.name)).map(({ name }) => name);
  const texts = await Promise.all(names.sort().map((name) => readSource(join(folder, name))));
  return texts
    .map(scanGoFile)
    .filter((file) => file !== undefined)
    .filter(({ constraint }) => constraint === undefined || constraintHolds(constraint, tags));
}

/** A link that leads nowhere (editors leave such locks) is no source; a file that may not be read is the user's to hear of. */
async function readSource(file: string): Promise<string> {
  return readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return "";
    throw error;
  });
}

/** Whether a folder holds a program. */
export async function isMainPackage(folder: string, tags: readonly string[]): Promise<boolean> {
  return (await readPackage(folder, tags)).some(declaresMain);
}

/**
 * The folders, absolute, of the main packages below `folder` that could be the project's program. The usual places (the folder itself,
 * `src`, `cmd/*`) come first: what lies elsewhere (examples, generators) counts only where these hold none.
 */
export async function findMainPackages(folder: string, tags: readonly string[]): Promise<string[]> {
  const folders = (await foldersIn(folder)).filter((child) => ["src", "cmd"].includes(basename(child)));
  const commands = await Promise.all(folders.filter((child) => basename(child) === "cmd").map(foldersIn));
  const usual = [folder, ...folders, ...commands.flat()];
  const found = await keepMain(usual, tags);
  return found.length > 0 ? found : keepMain(await foldersBelow(folder), tags);
}

async function keepMain(folders: readonly string[], tags: readonly string[]): Promise<string[]> {
  const kept = await Promise.all(folders.map((folder) => isMainPackage(folder, tags)));
  return folders.filter((_, index) => kept[index]);
}

/** The folders in a folder that may hold packages of the same module: not those with a go.mod of their own. */
async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const names = entries.filter((entry) => entry.isDirectory() && !isForeign(entry.name)).map(({ name }) => name);
  const folders = names.sort().map((name) => join(folder, name));
  const modules = await Promise.all(folders.map(hasOwnModule));
  return folders.filter((_, index) => !modules[index]);
}

async function hasOwnModule(folder: string): Promise<boolean> {
  return (await readdir(folder).catch((): string[] => [])).includes("go.mod");
}

/** How deep a package may lie. */
const deepest = 6;

async function foldersBelow(folder: string, depth = 0): Promise<string[]> {
  if (depth === deepest) return [];
  const folders = await foldersIn(folder);
  const below = await Promise.all(folders.map((child) => foldersBelow(child, depth + 1)));
  return folders.flatMap((child, index) => [child, ...(below[index] ?? [])]);
}

/** A folder as configuration and Go write it: relative, forward slashes, `.` for the same. */
export function relativeFolder(from: string, to: string): string {
  return relative(from, to).split(sep).join("/") || ".";
}
