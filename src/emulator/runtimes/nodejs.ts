// nodejs*: the Node.js that runs this tool, with a runtime client of our own.
import { basename, dirname, join } from "node:path";
import { packageRoot } from "../../model/package.ts";
import type { RuntimeSupport } from "./runtime.ts";

/** Plain JavaScript: it runs as it lies, also in an installed package. */
const clientFolder = join(packageRoot, "src", "emulator", "runtimes", "nodejs");

/** The support for a Node.js runtime; `warn` is told where this machine's version is another one. */
export function nodejsRuntime(runtime: string, warn: (message: string) => void): RuntimeSupport {
  const major = /^nodejs(\d+)/.exec(runtime)?.[1] ?? "";
  const here = process.versions.node.split(".")[0];
  if (major !== here)
    warn(`Functions of ${runtime} run with Node.js ${process.versions.node}, the one of this machine.`);
  const node = process.execPath;
  return {
    label: `nodejs:${major}.local`,
    managed: true,
    folder: clientFolder,
    keep: [basename(dirname(node)) === "bin" ? dirname(dirname(node)) : dirname(node)],
    languagePrograms: { node },
    command: ({ paths, memorySize }) => ({
      // The handler comes in _HANDLER: the program is last, as on Lambda, where wrappers put options before it.
      argv: [node, ...nodeArguments(memorySize), join(paths.runtime, "bootstrap.mjs")],
      variables: {
        AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
        NODE_PATH: [
          join(paths.opt, `nodejs/node${major}/node_modules`),
          join(paths.opt, "nodejs/node_modules"),
          join(paths.runtime, "node_modules"),
          paths.runtime,
          paths.task,
        ].join(":"),
      },
    }),
  };
}

/**
 * What Lambda's own command line has before the program, in this order (seen in wrappers that count its words). `memorySize` is in MB: a
 * tenth is for young objects, in two halves. It costs a cold start 11 ms here (V8 gives up the code cache that Node brings along), and is
 * worth it: a function that needs more than its memory runs out of it, as there.
 */
function nodeArguments(memorySize: number): readonly string[] {
  const young = Math.floor(memorySize / 10);
  const spaces = [`--max-semi-space-size=${Math.floor(young / 2)}`, `--max-old-space-size=${memorySize - young}`];
  return ["--expose-gc", "--max-http-header-size", "81920", ...spaces];
}
