// Answers with a zip.
import { open } from "node:fs/promises";
import type { Answer } from "../wire/protocol.ts";

/** The file as an answer; it was checked when it came. */
export async function sendFile(file: string): Promise<Answer> {
  const handle = await open(file, "r");
  const { size } = await handle.stat();
  return {
    status: 200,
    headers: { "content-type": "application/zip", "content-length": String(size) },
    body: handle.createReadStream({ highWaterMark: 256 * 1024 }),
  };
}
