// The folder of the local target: which one, and whether it can be used.
import { accessSync, chmodSync, constants, existsSync, mkdirSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { toolError } from "../../model/errors.ts";
import { stateFolder } from "../../model/state-folder.ts";

/** What decides about the folder. */
export interface FolderSurroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly platform: NodeJS.Platform;
  readonly cwd: string;
}

/**
 * `LAMBDA_EXT_LOCAL_DIR`, or the place where this system's users keep such state.
 * @throws LambdaExtError where neither is known.
 */
export function localFolder({ env, platform, cwd }: FolderSurroundings): string {
  if (env.LAMBDA_EXT_LOCAL_DIR) return resolve(cwd, env.LAMBDA_EXT_LOCAL_DIR);
  const parent = stateFolder(env, platform);
  if (parent) return join(parent, "lambda-ext");
  throw toolError("The local target has no folder to keep its state in: no home directory is set.", {
    code: "NoStateFolder",
    hint: "Set LAMBDA_EXT_LOCAL_DIR to a folder, or HOME to your home directory.",
  });
}

/**
 * Makes the folder, for the user's eyes alone.
 * @throws LambdaExtError where it cannot be made or written, or holds other things: it is closed to others, and emptied by a reset.
 */
export function prepareFolder(folder: string): void {
  try {
    if (!isOurs(folder)) throw new Error("it holds other things already");
    for (const one of [folder, endpointFolder(folder)]) {
      mkdirSync(one, { recursive: true, mode: 0o700 });
      chmodSync(one, 0o700);
      accessSync(one, constants.W_OK);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw toolError(`The local target cannot keep its state in ${folder}: ${reason}.`, {
      code: "StateFolderUnusable",
      hint: "Set LAMBDA_EXT_LOCAL_DIR to a folder of yours that can be written, and that is empty or not there yet.",
      cause,
    });
  }
}

function isOurs(folder: string): boolean {
  if (!existsSync(folder) || existsSync(endpointFolder(folder)) || existsSync(join(folder, "store", "format.json"))) {
    return true;
  }
  // A file system of its own has that one from its beginning.
  const found = readdirSync(folder).filter((name) => name !== "lost+found");
  // Looked at again: somebody else's first command may have made it meanwhile.
  return found.length === 0 || existsSync(endpointFolder(folder));
}

/** Where the process that serves the folder leaves word of itself. */
export function endpointFolder(folder: string): string {
  return join(folder, "endpoint");
}

/** Where what functions send to queues, topics, buses and buckets is written; made when something is. */
export function destinationsFolder(folder: string): string {
  return join(folder, "destinations");
}

/** What the background process writes to instead of a terminal. */
export function logFile(folder: string): string {
  return join(endpointFolder(folder), "endpoint.log");
}
