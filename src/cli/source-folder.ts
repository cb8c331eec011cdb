// Reads a folder of a function's source as entries of a zip.
import { readdir, readFile, readlink } from "node:fs/promises";
import { join, sep } from "node:path";
import type { ZipEntry } from "../layer/zip/entry.ts";
import { usageError } from "../model/errors.ts";

/** What is never code. */
const ignored = new Set([".git", ".DS_Store", "__pycache__", "Thumbs.db"]);

/**
 * All files below a folder. Modes are ours, since the host may have none: what the kernel could execute may be executed.
 * @throws usageError where there is no such folder, or nothing in it.
 */
export async function readSourceFolder(folder: string): Promise<ZipEntry[]> {
  const entries: ZipEntry[] = [];
  try {
    await collect(folder, "", entries);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
    throw usageError(`There is no folder ${folder}.`, {
      code: "NoSuchFolder",
      hint: "--source names the folder with the function's code.",
    });
  }
  if (entries.length > 0) return entries;
  throw usageError(`${folder} is empty.`, {
    code: "EmptyFolder",
    hint: "--source names the folder with the function's code.",
  });
}

async function collect(root: string, inside: string, entries: ZipEntry[]): Promise<void> {
  for (const entry of await readdir(join(root, inside), { withFileTypes: true })) {
    if (ignored.has(entry.name)) continue;
    const relative = join(inside, entry.name);
    const path = relative.split(sep).join("/");
    if (entry.isDirectory()) await collect(root, relative, entries);
    else if (entry.isSymbolicLink()) {
      entries.push({ kind: "symlink", path, target: (await readlink(join(root, relative))).split(sep).join("/") });
    } else if (entry.isFile()) {
      const content = await readFile(join(root, relative));
      entries.push({ kind: "file", path, mode: isProgram(content) ? 0o755 : 0o644, content });
    }
  }
}

/** ELF, or a script with its interpreter's line. */
function isProgram(content: Buffer): boolean {
  return content.subarray(0, 4).equals(Buffer.from("\x7fELF", "latin1")) || content.subarray(0, 2).toString() === "#!";
}
