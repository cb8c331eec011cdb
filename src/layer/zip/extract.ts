// Unpacks a zip into a folder and lets nothing out of that folder.
import { createWriteStream } from "node:fs";
import { chmod, lstat, mkdir, rm, symlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { toolError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { PackedEntry } from "./entry.ts";
import { linkProblem, pathProblem, relativeTarget } from "./paths.ts";
import { readZip, type ZipReader } from "./read.ts";

interface ExtractOptions {
  /** Of all files together, as the zip says and as it turns out; Lambda's 250 MB unless said otherwise. */
  readonly maxUnzippedBytes?: number | undefined;
  /** Where Lambda unpacks this zip (`/opt`, `/var/task`): absolute links below it are made relative, others are refused. */
  readonly mount?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Unpacks a zip, with its modes and symlinks, into a folder, which is made where it is missing; what lies there already is replaced
 * by what the zip holds under the same path. Nothing is written before every entry has been looked at.
 * @throws LambdaExtError `InvalidZip`, `UnsafeZip` (entries that would lie outside) or `ZipTooLarge`.
 */
export async function extractZip(zip: string | Buffer, folder: string, options: ExtractOptions = {}): Promise<void> {
  const reader = await readZip(zip);
  try {
    const name = typeof zip === "string" ? zip : "The zip";
    refuse(reader.entries, { name, ...options });
    await mkdir(folder, { recursive: true });
    const folders = new Set<string>();
    for (const entry of reader.entries) {
      options.signal?.throwIfAborted();
      if (entry.kind === "directory") await makeFolder(folder, entry.path, folders);
      if (entry.kind === "file") await writeEntry({ reader, folder, entry, folders });
    }
    // Links after files, so that no file is written through one; folders' modes last, so that a read-only one can be filled.
    for (const entry of reader.entries) {
      if (entry.kind === "symlink") await writeLink({ folder, entry, folders, mount: options.mount });
    }
    for (const entry of reader.entries) {
      // Ours to enter and to remove, whatever the zip says.
      if (folders.has(entry.path)) await chmod(join(folder, entry.path), entry.mode | 0o700);
    }
  } finally {
    reader.close();
  }
}

function refuse(entries: readonly PackedEntry[], options: ExtractOptions & { readonly name: string }): void {
  const most = options.maxUnzippedBytes ?? limits.unzippedBytes;
  const total = entries.reduce((sum, entry) => sum + entry.unzippedBytes, 0);
  if (total > most) {
    throw toolError(`${options.name} holds ${total} bytes unzipped; at most ${most} are allowed.`, {
      code: "ZipTooLarge",
    });
  }
  const links = new Map(entries.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target] as const])));
  for (const entry of entries) {
    const problem = entryProblem(entry, links, options.mount);
    if (problem) {
      throw toolError(`${options.name} is not unpacked: ${problem}.`, {
        code: "UnsafeZip",
        hint: "Every path and link in a zip must stay inside the folder that it is unpacked into: make it again.",
      });
    }
  }
}

/** What is wrong with an entry's place, as a clause; undefined where nothing is. */
export function entryProblem(
  entry: PackedEntry,
  links: ReadonlyMap<string, string>,
  mount?: string,
): string | undefined {
  const { path, target, kind } = entry;
  const problem = pathProblem(path);
  if (problem) return `the path ${JSON.stringify(path)} ${problem}`;
  if (kind === "other") return `${JSON.stringify(path)} is neither a file nor a folder nor a link`;
  if (target === undefined) return undefined;
  const linked = linkProblem({ path, target, links, mount });
  return linked && `the link ${JSON.stringify(path)} → ${JSON.stringify(target)} ${linked}`;
}

interface Place {
  readonly folder: string;
  readonly entry: PackedEntry;
  /** Folders that were already seen to be real ones. */
  readonly folders: Set<string>;
}

async function writeEntry({ reader, folder, entry, folders }: Place & { reader: ZipReader }): Promise<void> {
  await makeFolder(folder, dirname(entry.path), folders);
  const file = join(folder, entry.path);
  await rm(file, { recursive: true, force: true });
  forget(folders, entry.path);
  // wx: never into something that somebody put there in between.
  await pipeline(await reader.stream(entry), createWriteStream(file, { flags: "wx", mode: 0o600 }));
  // Not left to open(): the umask would take bits away.
  await chmod(file, entry.mode);
}

async function writeLink({ folder, entry, folders, mount }: Place & { mount: string | undefined }): Promise<void> {
  await makeFolder(folder, dirname(entry.path), folders);
  const file = join(folder, entry.path);
  await rm(file, { recursive: true, force: true });
  forget(folders, entry.path);
  await symlink(relativeTarget(entry.path, entry.target ?? "", mount), file);
}

/** Makes a folder and those above it; a link or file in the way gives way, so that nothing is written through a link. */
async function makeFolder(root: string, path: string, folders: Set<string>): Promise<void> {
  if (path === "." || folders.has(path)) return;
  await makeFolder(root, dirname(path), folders);
  const folder = join(root, path);
  const there = await lstat(folder).catch(() => undefined);
  if (there && !there.isDirectory()) await rm(folder);
  if (!there?.isDirectory()) await mkdir(folder);
  folders.add(path);
}

function forget(folders: Set<string>, path: string): void {
  for (const folder of folders) if (folder === path || folder.startsWith(`${path}/`)) folders.delete(folder);
}
