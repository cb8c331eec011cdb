// Starts the process that plays the tool, as an installed package would have it: bundled, with its plain files beside it.
import { type ChildProcess, spawn } from "node:child_process";
import { cp, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { packageRoot } from "../../../../src/model/package.ts";
import type { Orders } from "./tool-process.ts";

const plainFiles = join("src", "emulator", "sandbox", "network");

/** Resolves when it has invoked its function. */
export async function startTool(folder: string, orders: Orders): Promise<ChildProcess> {
  const bundle = join(folder, "tool.mjs");
  await build({
    ...{ entryPoints: [join(import.meta.dirname, "tool-process.ts")], outfile: bundle, bundle: true },
    ...{ format: "esm", platform: "node", target: "node20", logLevel: "silent", mainFields: ["module", "main"] },
    banner: { js: 'import{createRequire as __cr}from"node:module";const require=__cr(import.meta.url);' },
  });
  await writeFile(join(folder, "package.json"), '{"version":"0.0.0"}');
  await cp(join(packageRoot, plainFiles), join(folder, plainFiles), { recursive: true });
  await writeFile(join(folder, "orders.json"), JSON.stringify(orders));
  const child = spawn(process.execPath, [bundle, join(folder, "orders.json")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise<void>((resolve, reject) => {
    child.once("exit", () => reject(new Error("the tool ended before it had invoked anything")));
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (line === "invoked") resolve();
    });
  });
  return child;
}
