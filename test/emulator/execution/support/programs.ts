// The Go fixtures, built once for each test file.
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildFixture } from "./fixture-programs.ts";

/** Both programs' bytes. */
export interface Programs {
  readonly extension: Buffer;
  readonly bootstrap: Buffer;
}

/** Builds them. */
export async function buildPrograms(): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), "lambda-ext-programs-"));
  try {
    const extension = await readFile(await buildFixture("extension", folder));
    return { extension, bootstrap: await readFile(await buildFixture("function", folder)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
