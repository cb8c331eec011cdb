// Decides whether a zip that is there already is the one that would be made: level-9 deflate is the slowest part of a build.
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Artifact, Binary } from "../model/artifact.ts";
import { byPath, type PackedEntry, type ZipEntry } from "./zip/entry.ts";
import { readZip, type ZipReader } from "./zip/read.ts";

interface Question {
  /** The zip of the last build, absolute. */
  readonly zip: string;
  /** What the last manifest says of it. */
  readonly artifact: Artifact;
  readonly entries: readonly ZipEntry[];
  readonly binary: Binary | undefined;
}

/**
 * Whether the zip is still what the last build wrote (by its hash) and holds exactly these entries: paths, modes, links and bytes. Not
 * by the hash of a zip made anew: that would be the work to be saved, and another zlib gives other bytes for the same entries.
 */
export async function isUnchanged({ zip, artifact, entries, binary }: Question): Promise<boolean> {
  const bytes = await readFile(zip).catch(() => undefined);
  if (bytes === undefined || createHash("sha256").update(bytes).digest("base64") !== artifact.codeSha256) return false;
  const reader = await readZip(bytes).catch(() => undefined);
  if (reader === undefined) return false;
  try {
    const packed = [...reader.entries].sort(byPath);
    const wanted = [...entries].sort(byPath);
    if (packed.length !== wanted.length) return false;
    for (const [index, entry] of wanted.entries()) {
      const other = packed[index];
      if (!other || !(await isSame(entry, other, { reader, artifact, binary }))) return false;
    }
    return true;
  } finally {
    reader.close();
  }
}

type Known = Pick<Question, "artifact" | "binary"> & { readonly reader: ZipReader };

async function isSame(wanted: ZipEntry, packed: PackedEntry, { reader, artifact, binary }: Known): Promise<boolean> {
  if (wanted.path !== packed.path || wanted.kind !== packed.kind) return false;
  if (wanted.kind === "symlink") return wanted.target === packed.target;
  if (wanted.mode !== packed.mode) return false;
  const { content } = wanted;
  if (binary && content === binary.path) {
    // The manifest told the hash of the program when it told the hash of this zip: it need not be unpacked.
    const before = artifact.binary;
    return before?.path === packed.path && before.sha256 === binary.sha256 && binary.bytes === packed.unzippedBytes;
  }
  const bytes = typeof content === "string" ? await readFile(content) : content;
  return bytes.length === packed.unzippedBytes && bytes.equals(await reader.read(packed));
}
