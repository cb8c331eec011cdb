// Folders for work in progress, gone afterwards, however it ends: what a killed process left, the next one removes.
import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";

/** Those that this process works in at the moment. */
const inUse = new Set<string>();

/** In a folder's name: a folder can be shared with containers, whose process ids say nothing here. */
const machine = createHash("sha256").update(hostname()).digest("hex").slice(0, 8);

/** Of a folder whose maker cannot be asked whether it lives, in milliseconds: no work takes so long. */
const oldEnough = 24 * 60 * 60 * 1000;

/**
 * Makes a folder whose name begins with this absolute path, lets `use` work in it, and removes it: also where this process is ended at
 * once, and, where it is killed, when the next one makes a folder with the same beginning.
 */
export async function withTemporaryFolder<T>(prefix: string, use: (folder: string) => Promise<T>): Promise<T> {
  // At once: another call in this process would take a folder that is there, and not yet noted, for a leftover.
  const folder = mkdtempSync(`${prefix}${machine}-${process.pid}-`);
  inUse.add(folder);
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeNow);
  const cleaned = removeLeftovers(prefix);
  try {
    return await use(folder);
  } finally {
    process.off("exit", removeNow);
    await rm(folder, { recursive: true, force: true });
    inUse.delete(folder);
    await cleaned;
  }
}

async function removeLeftovers(prefix: string): Promise<void> {
  const beginning = basename(prefix);
  const entries = await readdir(dirname(prefix), { withFileTypes: true }).catch(() => []);
  const found = entries.filter((entry) => entry.isDirectory() && entry.name.startsWith(beginning));
  await Promise.all(
    found.map(async ({ name }) => {
      const folder = join(dirname(prefix), name);
      // What cannot be removed (another user's, or a compiler still writes into it) is left to a later run.
      if (await isLeftover(folder, name.slice(beginning.length)))
        await rm(folder, { recursive: true, force: true }).catch(() => {});
    }),
  );
}

async function isLeftover(folder: string, rest: string): Promise<boolean> {
  const [, host, pid] = /^([0-9a-f]{8})-(\d+)-\w{6}$/.exec(rest) ?? [];
  if (host === undefined || inUse.has(folder)) return false;
  if (host === machine && (Number(pid) === process.pid || !isAlive(Number(pid)))) return true;
  const info = await stat(folder).catch(() => undefined);
  return info !== undefined && Date.now() - info.mtimeMs > oldEnough;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, and is another user's.
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}
