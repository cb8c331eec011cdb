// The bytes of S3's objects and of parts of them: a file each, named by nobody but its document.
import { randomUUID } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

/** The folder of these files. */
export class ObjectFiles {
  private readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** A name that no file has had. */
  newName(): string {
    return randomUUID();
  }

  /** Where a file lies, absolute. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Removes files that nothing needs; one that cannot be removed goes at the next start. */
  async remove(...names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => rm(this.path(name), { force: true }).catch(() => {})));
  }

  /** Removes what no document names: what arrived in part, and what was replaced. Only at start. */
  sweep(used: ReadonlySet<string>): void {
    for (const name of readdirSync(this.folder)) if (!used.has(name)) rmSync(this.path(name), { force: true });
  }
}
