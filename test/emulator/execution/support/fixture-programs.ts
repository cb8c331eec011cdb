// Builds the Go programs that play function and extension; Go's own cache makes the second time quick.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { packageRoot } from "../../../../src/model/package.ts";

const fixtures = join(packageRoot, "test", "emulator", "execution", "fixtures");

/** Builds `fixtures/NAME` into `folder` and gives the program's path. `goarch`: for another machine than this. */
export async function buildFixture(name: "extension" | "function", folder: string, goarch?: string): Promise<string> {
  const output = join(folder, name);
  const env = { ...process.env, CGO_ENABLED: "0", ...(goarch && { GOARCH: goarch }) };
  await promisify(execFile)("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", output, "."], {
    cwd: join(fixtures, name),
    env,
  });
  return output;
}
