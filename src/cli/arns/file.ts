// A file that holds the ARN table: what it says now, and what it would say.
import { readFile, stat } from "node:fs/promises";
import { toolError, usageError } from "../../model/errors.ts";
import { type ArnFormat, arnForms } from "../../publish/arns/formats.ts";
import type { ArnTable } from "../../publish/arns/table.ts";
import { findBlock } from "./block.ts";

/** Such a file; bytes that are not the table's are never looked into, whatever their encoding. */
export interface ArnFile {
  readonly there: boolean;
  /** Its content with this table; undefined where that is what it has. */
  change(table: ArnTable): Buffer | undefined;
}

/** Where it is, and in which form. */
export interface ArnFilePlace {
  /** Absolute. */
  readonly path: string;
  /** As it was named. */
  readonly file: string;
  readonly format: ArnFormat;
}

/**
 * Reads it; one that is not there begins empty, where it makes sense by itself.
 * @throws LambdaExtError where it cannot be read, or does not say where the table is to be.
 */
export async function openArnFile({ path, file, format }: ArnFilePlace): Promise<ArnFile> {
  const { render, markers, alone } = arnForms[format];
  const bytes = await read(path, file);
  if (bytes === undefined && !alone) {
    throw usageError(`There is no file ${file} to update.`, {
      code: "NoSuchFile",
      hint: markers && `Make it, with these two lines where the ARNs are to be:\n  ${markers.start}\n  ${markers.end}`,
    });
  }
  // As many characters as bytes, back and forth.
  const text = bytes?.toString("latin1");
  const lines = (table: ArnTable, nested: boolean) => Buffer.from(render(table, { nested })).toString("latin1");
  const fill = markers ? filled(text ?? `${markers.start}\n${markers.end}\n`) : wholly(text);
  return {
    there: bytes !== undefined,
    change(table) {
      const changed = fill(table);
      return changed === text ? undefined : Buffer.from(changed, "latin1");
    },
  };

  function filled(around: string) {
    const block = findBlock(around, markers ?? { start: "", end: "" }, file);
    return (table: ArnTable) => block.fill(lines(table, block.indent !== ""));
  }

  function wholly(before: string | undefined) {
    if (before !== undefined && !isOurs(before)) {
      throw usageError(`${file} holds something else than ARNs, and would be written over.`, {
        code: "NotOurFile",
        hint: "JSON has no comments that could say where ARNs are to be, so it needs a file of its own. Name another one.",
      });
    }
    return (table: ArnTable) => `${lines(table, false)}\n`;
  }
}

/** An empty file, or one that this command has written. */
function isOurs(text: string): boolean {
  if (text.trim() === "") return true;
  try {
    const document = JSON.parse(text);
    return document?.schemaVersion === 1 && Array.isArray(document.arns);
  } catch {
    return false;
  }
}

async function read(path: string, file: string): Promise<Buffer | undefined> {
  try {
    if (!(await stat(path)).isFile()) throw Object.assign(new Error("it is no file"), { code: "ENOTFILE" });
    return await readFile(path);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw toolError(`Could not read ${file}: ${message}.`, {
      code: "CannotRead",
      hint: "Name a file that is there and that you may read.",
      cause,
    });
  }
}
