// provided.al2 and provided.al2023: the function brings its own bootstrap.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { FunctionView, RuntimeSupport } from "./runtime.ts";

/** The support for an OS-only runtime. */
export function providedRuntime(runtime: string): RuntimeSupport {
  return {
    label: `${runtime.replace(".", ":")}.local`,
    managed: false,
    keep: [],
    languagePrograms: {},
    command(view) {
      const places = bootstrapPlaces(view);
      const found = places.find(({ file }) => existsSync(file));
      if (found) return { argv: [found.inside], variables: {} };
      return { problem: `Couldn't find valid bootstrap(s): [${places.map(({ name }) => name).join(" ")}]` };
    },
  };
}

/** The order of AWS's own emulator (its run.go): the function's, then the layers'. /var/runtime is empty here. */
function bootstrapPlaces({ paths, taskFolder, optFolder }: FunctionView) {
  return [
    { name: "/var/task/bootstrap", inside: join(paths.task, "bootstrap"), file: join(taskFolder, "bootstrap") },
    { name: "/opt/bootstrap", inside: join(paths.opt, "bootstrap"), file: join(optFolder, "bootstrap") },
  ];
}
