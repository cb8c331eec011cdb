// Writes files that are there whole or not at all, also after a power cut.
import { randomBytes } from "node:crypto";
import { link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What a half-written file is called: removed at the next start. */
export const unfinishedPattern = /\.[0-9a-f]{12}\.unfinished$/;

/** Writes a file for the user's eyes alone, in place of what was there; until it is whole it lies in `by`, or else beside its place. */
export async function writeAtomically(file: string, data: string | Buffer, by = dirname(file)): Promise<void> {
  const unfinished = await writeUnfinished(join(by, basename(file)), data);
  try {
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true });
    throw error;
  }
  await syncFolder(dirname(file));
}

/** Writes a file where there is none; false where there is one, which stays as it is. */
export async function createExclusively(file: string, data: string | Buffer): Promise<boolean> {
  const unfinished = await writeUnfinished(file, data);
  try {
    // A link, unlike a rename, never replaces; unlike open("wx"), it makes a file that is complete from its first moment.
    await link(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    await rm(unfinished, { force: true });
  }
  await syncFolder(dirname(file));
  return true;
}

/** Makes what was renamed or removed in a folder last; nothing where the system cannot (Windows). */
export async function syncFolder(folder: string): Promise<void> {
  try {
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EPERM" && code !== "EISDIR" && code !== "EINVAL" && code !== "EACCES") throw error;
  }
}

async function writeUnfinished(file: string, data: string | Buffer): Promise<string> {
  const unfinished = `${file}.${randomBytes(6).toString("hex")}.unfinished`;
  const handle = await open(unfinished, "wx", 0o600);
  try {
    await handle.writeFile(data);
    await handle.datasync();
  } catch (error) {
    await handle.close();
    await rm(unfinished, { force: true });
    throw error;
  }
  await handle.close();
  return unfinished;
}
