// build: source → zips and manifest.
import { relative, resolve } from "node:path";
import type { Command } from "@commander-js/extra-typings";
import { architectures } from "../../model/architecture.ts";
import { defineCommand } from "../command.ts";
import { archOption, sizeOption } from "../options.ts";

export const build = defineCommand({
  name: "build",
  summary: "compile for both architectures and pack reproducible zips",
  examples: [
    "lambda-ext build                 # dist/<name>-amd64.zip, dist/<name>-arm64.zip, dist/manifest.json",
    "lambda-ext build --arch arm64    # one of them",
    "lambda-ext build --size min      # the smallest zips",
    "lambda-ext build --json          # the manifest on stdout",
  ],
  configure: (command: Command) =>
    command
      .addOption(archOption("amd64, arm64 or all (default: all)"))
      .addOption(sizeOption())
      .option("--out-dir <folder>", "where the zips go (default: dist, beside the configuration)"),
  async run({ cwd, env, globals, progress, signal }, options) {
    const [{ loadProject }, { buildProject }] = await Promise.all([
      import("../../project/load.ts"),
      import("../../pipeline.ts"),
    ]);
    const project = await loadProject({ cwd, configFile: globals.config });
    const { manifest, archives } = await buildProject({
      project: { ...project, size: options.size ?? project.size },
      architectures: options.arch ?? architectures,
      outDir: options.outDir === undefined ? "dist" : resolve(cwd, options.outDir),
      env,
      progress,
      signal,
    });
    return { document: manifest, text: archives.map(({ zip }) => relative(cwd, zip)).join("\n") };
  },
});
