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

/** Builds them; `goarch`: for another machine than this. */
export async function buildPrograms(goarch?: string): Promise<Programs> {
  const folder = await mkdtemp(join(tmpdir(), "lambda-ext-programs-"));
  try {
    const extension = await readFile(await buildFixture("extension", folder, goarch));
    return { extension, bootstrap: await readFile(await buildFixture("function", folder, goarch)) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
