// Layers with the proxy in them, as the template's build makes them, under any name.
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createProject } from "../../src/scaffold/create-project.ts";
import { templatesFolder } from "../../src/scaffold/template.ts";
import type { FixtureFile } from "../emulator/execution/support/world.ts";
import { runGo } from "../support/go.ts";

/** What the proxy's layer holds, its program under this name. */
export type ProxyLayer = (name: string) => readonly FixtureFile[];

/** The folder of the template. */
const folder = join(templatesFolder, "runtime-api-proxy");

/** Compiles the proxy for this machine; with `hooks`, a project `m` made from the template, with those in place of its hooks.go. */
export async function buildProxy(hooks?: string): Promise<ProxyLayer> {
  const out = await mkdtemp(join(tmpdir(), "lambda-ext-test-"));
  try {
    const flags = ["-trimpath", "-buildvcs=false", "-ldflags", "-s -w -buildid="];
    const binary = join(out, "proxy");
    if (hooks === undefined) {
      await runGo(templatesFolder, ["go", "build", ...flags, "-o", binary, "./runtime-api-proxy"]);
    } else {
      const directory = join(out, "m");
      await createProject({ template: "runtime-api-proxy", directory, name: "m" });
      await writeFile(join(directory, "hooks.go"), hooks);
      await runGo(directory, ["go", "build", ...flags, "-o", binary, "."]);
    }
    const [program, wrapper] = await Promise.all([readFile(binary), readFile(join(folder, "wrapper-script.sh"))]);
    return (name) => [
      { path: `extensions/${name}`, content: program },
      { path: "wrapper-script.sh", content: wrapper },
    ];
  } finally {
    await rm(out, { recursive: true, force: true });
  }
}
