// The local endpoint in the benchmark's own process, from the sources: environments can be ended at will there.
import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The levels that this machine has, the better one first. */
export function isolationLevels() {
  try {
    execFileSync("bwrap", ["--version"]);
    return ["bwrap", "none"];
  } catch {
    return ["none"];
  }
}

/** `leadEndpoint`, and what removes its bundle. */
export async function loadEmulator() {
  // Inside the package, where it finds the runtimes' own files.
  const outdir = join(root, "dist", "bench");
  await build({
    absWorkingDir: root,
    entryPoints: ["src/emulator/background/lead.ts"],
    outdir,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
    logLevel: "warning",
  });
  const { leadEndpoint } = await import(pathToFileURL(join(outdir, "lead.js")).href);
  return { leadEndpoint, dispose: () => rmSync(outdir, { recursive: true, force: true }) };
}
