// Reads a zip or a folder into what the rules look at.
import { lstat, open, readdir, readFile, readlink, stat } from "node:fs/promises";
import { join } from "node:path";
import { isElf } from "../layer/elf/elf.ts";
import { byPath, type PackedEntry } from "../layer/zip/entry.ts";
import { readZip } from "../layer/zip/read.ts";
import { limits } from "../model/limits.ts";
import { type Content, identify, tellingBytes } from "./content.ts";
import type { SubjectFile } from "./subject.ts";

/** What was read. */
export interface Inspected {
  readonly files: readonly SubjectFile[];
  readonly zipBytes: number | undefined;
}

/**
 * Reads a zip, or a folder as if it were packed.
 * @throws LambdaExtError `InvalidZip`, `NoSuchFile`.
 */
export async function inspect(path: string): Promise<Inspected> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return { files: (await inspectFolder(path, "")).sort(byPath), zipBytes: undefined };
  return { files: await inspectZip(path), zipBytes: found?.size };
}

async function inspectZip(path: string): Promise<SubjectFile[]> {
  const zip = await readZip(path);
  try {
    // More than Lambda would unpack is not unpacked here either: the size alone is the finding.
    const total = zip.entries.reduce((sum, entry) => sum + entry.unzippedBytes, 0);
    const files: SubjectFile[] = [];
    for (const entry of zip.entries) {
      const read = entry.kind === "file" && total <= limits.unzippedBytes;
      files.push(read ? { ...entry, content: await contentOf((most) => zip.read(entry, most)) } : entry);
    }
    return files;
  } finally {
    zip.close();
  }
}

async function contentOf(read: (most?: number) => Promise<Buffer>): Promise<Content> {
  const beginning = await read(tellingBytes);
  const whole = isElf(beginning) && beginning.length === tellingBytes ? await read() : beginning;
  return identify(whole);
}

async function inspectFolder(root: string, prefix: string): Promise<SubjectFile[]> {
  const names = (await readdir(join(root, prefix))).sort();
  const nested = await Promise.all(names.map((name) => inspectPath(root, prefix + name)));
  return nested.flat();
}

async function inspectPath(root: string, path: string): Promise<SubjectFile[]> {
  const file = join(root, path);
  const found = await lstat(file);
  // Windows has no modes to look at; what packs there gives them.
  const mode = process.platform === "win32" ? 0o755 : found.mode & 0o777;
  const entry: Omit<PackedEntry, "kind"> = { path, mode, compressedBytes: found.size, unzippedBytes: found.size };
  if (found.isDirectory())
    return [{ ...entry, kind: "directory", unzippedBytes: 0 }, ...(await inspectFolder(root, `${path}/`))];
  if (found.isSymbolicLink())
    return [{ ...entry, kind: "symlink", target: (await readlink(file)).replaceAll("\\", "/") }];
  if (!found.isFile()) return [{ ...entry, kind: "other" }];
  if (found.size > limits.unzippedBytes) return [{ ...entry, kind: "file" }];
  return [{ ...entry, kind: "file", content: await contentOf((most) => readStart(file, most)) }];
}

async function readStart(file: string, most: number | undefined): Promise<Buffer> {
  if (most === undefined) return readFile(file);
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
