// Builds a template's program with the flags that the build uses.
import { join } from "node:path";
import { templatesFolder } from "../../src/scaffold/template.ts";
import { runGo } from "../support/go.ts";

/** Compiles parameter-store for this machine into the folder; gives back the file. */
export function buildParameterStore(folder: string): Promise<string> {
  return build("parameter-store", join(folder, "parameter-store-extension"));
}

/** Compiles cache-sidecar likewise. */
export function buildCacheSidecar(folder: string): Promise<string> {
  return build("cache-sidecar", join(folder, "cache-sidecar"));
}

async function build(template: string, binary: string): Promise<string> {
  const flags = ["-trimpath", "-tags", "nethttpomithttp2", "-buildvcs=false", "-ldflags", "-s -w -buildid="];
  await runGo(templatesFolder, ["go", "build", ...flags, "-o", binary, `./${template}`]);
  return binary;
}
