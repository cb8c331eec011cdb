// Writes a command's answer to a file, whole or not at all, and finds out beforehand whether it can.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { access, chmod, realpath, rename, rm, stat, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { usageError } from "../model/errors.ts";

/** Writes the answer once there is one. */
export type WriteOutput = (content: Uint8Array) => Promise<void>;

/**
 * Looks whether a file can be written before anything else is done: an invocation can't be taken back when its answer has no place.
 * @throws usageError where it cannot be written, now or later.
 */
export async function openOutput(file: string): Promise<WriteOutput> {
  try {
    const there = await stat(file).catch(absent);
    if (there?.isDirectory()) throw Object.assign(new Error("it is a folder"), { code: "EISDIR" });
    // A terminal, a pipe, /dev/null: a rename would put a file in its place; /dev/stdout may be a log that others write to as well.
    if (there && (!there.isFile() || /^\/(dev|proc)\//.test(file))) {
      await access(file, constants.W_OK);
      return async (content) => await orRefuse(file, () => writeFile(file, content, { flag: "a" }));
    }
    // A link stays one.
    const target = there ? await realpath(file) : file;
    await access(dirname(target), constants.W_OK);
    return async (content) => await orRefuse(file, () => replace(target, content, there?.mode));
  } catch (error) {
    throw refusal(file, error);
  }
}

/** Writes beside the file and renames: whoever reads it, or interrupts us, finds the old content or the new. The file keeps its mode. */
async function replace(file: string, content: Uint8Array, mode: number | undefined): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, content);
    if (mode !== undefined) await chmod(temporary, mode & 0o7777);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function orRefuse(file: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw refusal(file, error);
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code === "ENOENT") return undefined;
  throw error;
}

function refusal(file: string, cause: unknown): Error {
  const { code = "", message } = cause as NodeJS.ErrnoException;
  return usageError(`Could not write ${file}: ${reasons[code] ?? message}.`, {
    code: "CannotWrite",
    hint: "Name a file in a folder that is there and that you may write to.",
    cause,
  });
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "there is no such folder",
  ENOTDIR: "what should be its folder is a file",
  EISDIR: "it is a folder",
  EACCES: "you may not write there",
  EPERM: "you may not write there",
  EROFS: "that file system is read-only",
  ENOSPC: "the disk is full",
};
