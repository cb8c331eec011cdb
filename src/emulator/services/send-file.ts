// Answers with a zip.
import { readFile } from "node:fs/promises";
import type { Answer } from "../wire/protocol.ts";

/** The file as an answer; it is at most 50 MB, and was checked when it came. */
export async function sendFile(file: string): Promise<Answer> {
  return { status: 200, headers: { "content-type": "application/zip" }, body: await readFile(file) };
}
