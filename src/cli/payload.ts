// Reads what a flag gives inline, from a file (@file) or from standard input (-).
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { usageError } from "../model/errors.ts";
import type { CommandContext } from "./command.ts";

/**
 * The bytes that a flag's value stands for.
 * @throws usageError where there is no such file.
 */
export async function readArgument(
  context: Pick<CommandContext, "cwd" | "readStdin">,
  flag: string,
  value: string,
): Promise<Buffer> {
  if (value === "-") return await context.readStdin();
  if (!value.startsWith("@")) return Buffer.from(value);
  const file = resolve(context.cwd, value.slice(1));
  try {
    return await readFile(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw usageError(`Could not read ${file} for ${flag}: ${reason}.`, {
      code: "NoSuchFile",
      hint: `${flag} takes the text itself, @file, or - for standard input.`,
      cause: error,
    });
  }
}
