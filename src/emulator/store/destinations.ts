// What would go to queues, topics, buses and buckets: one file each, for people and their tests to look at. Nothing reads it here.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { syncFolder, writeAtomically } from "./atomic.ts";

const mostCharacters = 100;

/** The folder of deliveries. */
export class Destinations {
  private readonly folder: string;
  /** Whoever watches a queue's folder sees whole files alone. */
  private readonly unfinished: string;
  private swept = false;

  /** The folder is made when something is written to it. */
  constructor(folder: string) {
    this.folder = folder;
    this.unfinished = join(folder, ".unfinished");
  }

  /** Writes a file, in place of one of the same name. @returns where it is, absolute. */
  async write(path: readonly [service: string, name: string, file: string], content: string): Promise<string> {
    const [service, name, file] = path.map(safeName) as [string, string, string];
    const folder = join(this.folder, service, name);
    // Each time: people empty the folder as they like.
    await makeFolder(this.unfinished);
    await makeFolder(folder);
    this.sweep();
    await writeAtomically(join(folder, file), content, this.unfinished);
    return join(folder, file);
  }

  /** Once: what a process left that was killed. */
  private sweep(): void {
    if (this.swept) return;
    this.swept = true;
    for (const name of readdirSync(this.unfinished)) rmSync(join(this.unfinished, name), { force: true });
  }
}

async function makeFolder(folder: string): Promise<void> {
  const made = mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (made !== undefined) await syncFolder(dirname(made));
}

/** A name that stays in its folder, on every file system; one that had to be changed is told apart by a hash. */
function safeName(name: string): string {
  const safe = name.replace(/[^\w.-]/g, "_").replace(/^\.+/, (dots) => "_".repeat(dots.length));
  if (safe === name && name.length > 0 && name.length <= mostCharacters) return name;
  return `${safe.slice(0, mostCharacters)}-${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}
