// Makes a folder that is there whole or not at all, and never touches one that holds something.
import { lstat, mkdir, readdir, rename, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { LambdaExtError, toolError, usageError } from "../model/errors.ts";
import { withTemporaryFolder } from "../model/temporary.ts";

/** How the names of folders for work in progress begin. */
const stagingName = ".lambda-ext-init-";

/** Whether an empty folder may hold this: a repository that has just been begun, what the Finder and a killed `init` leave behind. */
function isNothing(entry: string): boolean {
  return entry === ".git" || entry === ".DS_Store" || entry.startsWith(stagingName);
}

/**
 * Has `fill` write into a folder beside the new one (or inside, where an empty one exists already and only that may be writable), and
 * moves the content into place at the end. Whatever happens before that leaves nothing behind.
 * @throws usageError where the folder holds something; toolError where the machine refuses.
 */
export async function makeFolder(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  try {
    if (await isEmptyFolder(directory)) await fillEmpty(directory, fill);
    else await fillNew(directory, fill);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (error instanceof LambdaExtError || typeof code !== "string" || !("syscall" in (error as object))) throw error;
    throw toolError(`Could not make the project in ${directory}: ${(error as Error).message}`, {
      code: "CannotWrite",
      hint: "Name a folder that can be written to.",
      cause: error,
    });
  }
}

/** Whether there is an empty folder; false where there is nothing. */
async function isEmptyFolder(directory: string): Promise<boolean> {
  const info = await lstat(directory).catch(ignoreMissing);
  if (!info) return false;
  const entries =
    info.isDirectory() || info.isSymbolicLink() ? await readdir(directory).catch(() => undefined) : undefined;
  if (entries?.every(isNothing)) return true;
  throw occupied(directory, entries ? "is not empty" : "is not a folder");
}

async function fillEmpty(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  await stage(directory, async (staging) => {
    await fill(staging);
    for (const entry of await readdir(staging)) await rename(join(staging, entry), join(directory, entry));
  });
}

async function fillNew(directory: string, fill: (staging: string) => Promise<void>): Promise<void> {
  const parent = dirname(directory);
  const firstMade = await mkdir(parent, { recursive: true });
  try {
    await stage(parent, async (staging) => {
      await fill(staging);
      await rename(staging, directory).catch((error: NodeJS.ErrnoException) => {
        // Somebody else has made it meanwhile.
        if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(error.code ?? "")) throw occupied(directory, "is not empty");
        throw error;
      });
    });
  } catch (error) {
    if (firstMade) await removeEmpty(parent, firstMade);
    throw error;
  }
}

/** Runs `work` on a new folder inside `parent`; what `work` has not moved away is gone afterwards. */
function stage(parent: string, work: (staging: string) => Promise<void>): Promise<void> {
  return withTemporaryFolder(join(parent, stagingName), async (outer) => {
    // Temporary folders are private; the project's is as open as the user's umask makes any other.
    const staging = join(outer, "project");
    await mkdir(staging);
    await work(staging);
  });
}

/** Removes `folder` and its parents up to `last`, as long as they are empty. */
async function removeEmpty(folder: string, last: string): Promise<void> {
  try {
    await rmdir(folder);
    if (folder !== last) await removeEmpty(dirname(folder), last);
  } catch {
    // Somebody has put something there: it is theirs now.
  }
}

function occupied(directory: string, what: string): LambdaExtError {
  return usageError(`Could not make the project: ${directory} ${what}.`, {
    code: "FolderNotEmpty",
    hint: "Name a folder that does not exist yet, or an empty one: lambda-ext init <dir>",
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
