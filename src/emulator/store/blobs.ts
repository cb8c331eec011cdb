// Zips, each kept once under the hash of its bytes.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { link, readFile } from "node:fs/promises";
import { join } from "node:path";
import { syncFolder, unfinishedPattern, writeAtomically } from "./atomic.ts";

/** A kept zip. */
export interface Blob {
  /** Base64 SHA-256: what AWS calls CodeSha256. */
  readonly codeSha256: string;
  readonly bytes: number;
}

/** The folder of zips. */
export class Blobs {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    for (const name of readdirSync(folder))
      if (unfinishedPattern.test(name)) rmSync(join(folder, name), { force: true });
  }

  /** Keeps these bytes; they are on disk when this resolves, so that a document may name them. */
  async put(data: Buffer): Promise<Blob> {
    const hash = createHash("sha256").update(data).digest();
    const codeSha256 = hash.toString("base64");
    // A file of this name is complete: it came by rename.
    if (!existsSync(this.path(codeSha256))) await writeAtomically(this.path(codeSha256), data);
    return { codeSha256, bytes: data.length };
  }

  /** Keeps a file whose hash is known; it may be removed afterwards. Rejects with ENOENT where it is not there. */
  async adopt(file: string, codeSha256: string): Promise<void> {
    const path = this.path(codeSha256);
    if (existsSync(path)) return;
    await link(file, path).catch(async (error: NodeJS.ErrnoException) => {
      if (error.code === "EEXIST") return;
      if (error.code === "ENOENT") throw error;
      // No links on this file system.
      await writeAtomically(path, await readFile(file));
    });
    await syncFolder(this.folder);
  }

  /** Where the zip of this hash lies, absolute. */
  path(codeSha256: string): string {
    return join(this.folder, `${Buffer.from(codeSha256, "base64").toString("hex")}.zip`);
  }

  /** Removes the zips that nothing refers to. Only at start: later, a document for a new zip may be on its way. */
  sweep(used: ReadonlySet<string>): void {
    const kept = new Set([...used].map((codeSha256) => this.path(codeSha256)));
    for (const name of readdirSync(this.folder)) {
      const file = join(this.folder, name);
      if (!kept.has(file)) rmSync(file, { force: true });
    }
  }
}
