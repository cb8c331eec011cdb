// Builds a template's program with the flags that the build uses.
import { join } from "node:path";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { runGo } from "../support/go.ts";

/** Compiles parameter-store for this machine into the folder; gives back the file. */
export async function buildParameterStore(folder: string): Promise<string> {
  const binary = join(folder, "parameter-store-extension");
  const flags = ["-trimpath", "-tags", "nethttpomithttp2", "-buildvcs=false", "-ldflags", "-s -w -buildid="];
  await runGo(templatesFolder, ["go", "build", ...flags, "-o", binary, "./parameter-store"]);
  return binary;
}
