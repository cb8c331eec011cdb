// Writes a file whole or not at all.
import { randomBytes } from "node:crypto";
import { rename, rm, writeFile } from "node:fs/promises";
import { usageError } from "../model/errors.ts";

/**
 * Writes beside the file and renames: whoever reads it, or interrupts us, finds the old content or the new.
 * @throws usageError where it cannot be written.
 */
export async function writeWhole(file: string, content: Uint8Array): Promise<void> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, file);
  } catch (error) {
    await rm(temporary, { force: true });
    throw usageError(`Could not write ${file}: ${(error as Error).message}.`, { code: "CannotWrite", cause: error });
  }
}
