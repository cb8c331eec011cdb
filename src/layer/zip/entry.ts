// What goes into a zip and what comes out of one.
import { readFile } from "node:fs/promises";

/** A file that is to be packed. */
interface FileEntry {
  readonly kind: "file";
  /** Inside the zip: relative, with forward slashes. */
  readonly path: string;
  /** Permission bits, e.g. 0o755. */
  readonly mode: number;
  /** The bytes, or where they lie on this machine. */
  readonly content: Buffer | string;
}

/** A symbolic link that is to be packed. */
interface LinkEntry {
  readonly kind: "symlink";
  readonly path: string;
  /** As `readlink` gives it, with forward slashes. */
  readonly target: string;
}

/** What can be packed. Folders come into being with what lies in them. */
export type ZipEntry = FileEntry | LinkEntry;

/** What is packed for an entry: a file's bytes, a link's target. */
export async function contentOf(entry: ZipEntry): Promise<Buffer> {
  if (entry.kind === "symlink") return Buffer.from(entry.target);
  return typeof entry.content === "string" ? readFile(entry.content) : entry.content;
}

/** An entry as a zip holds it, whoever made that zip: its path may be anything. */
export interface PackedEntry {
  /** `other`: a device, a pipe, a socket. */
  readonly kind: "file" | "directory" | "symlink" | "other";
  /** As it stands in the zip, a directory's without its closing slash. */
  readonly path: string;
  /** Permission bits; 0o644 (0o755 for a directory) where the zip was made by a system that has none. */
  readonly mode: number;
  readonly compressedBytes: number;
  readonly unzippedBytes: number;
  /** Of a symlink. */
  readonly target?: string;
}

/** Orders paths by code unit: the same on every machine, whatever its locale. */
export function byPath(a: { readonly path: string }, b: { readonly path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}
