// Folders for work in progress, gone afterwards, however it ends.
import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";

/** Makes a folder whose name begins with this absolute path, lets `use` work in it, and removes it: also where this process is ended at once. */
export async function withTemporaryFolder<T>(prefix: string, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(prefix);
  const removeNow = () => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeNow);
  try {
    return await use(folder);
  } finally {
    process.off("exit", removeNow);
    await rm(folder, { recursive: true, force: true });
  }
}
