// Small Go projects for tests, and a build of them as the commands do it.
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { architectures } from "../../src/model/architecture.ts";
import type { Progress } from "../../src/model/progress.ts";
import { type BuildRequest, type BuiltProject, buildProject } from "../../src/pipeline.ts";
import { loadProject } from "../../src/project/load.ts";

/** A program without imports: the quickest that there is. */
export const tinyMain = 'package main\n\nfunc main() { println("tiny") }\n';

/** Files of a project with that program. */
export const tiny: Readonly<Record<string, string>> = {
  "go.mod": "module example.com/tiny\n\ngo 1.21\n",
  "main.go": tinyMain,
};

/** Writes files, with the folders above them. */
export function writeFiles(root: string, files: Readonly<Record<string, string | Buffer>>): string {
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
  return root;
}

/** What was told while it was built. */
export interface Told {
  readonly steps: string[];
  readonly warnings: string[];
  /** Every wording of every task. */
  readonly tasks: string[];
}

/** A progress that remembers. */
export function remember(): Progress & Told {
  const told: Told = { steps: [], warnings: [], tasks: [] };
  return {
    ...told,
    start(message) {
      told.tasks.push(message);
      return { update: (next) => void told.tasks.push(next), done: () => {} };
    },
    step: (message) => void told.steps.push(message),
    warn: (message) => void told.warnings.push(message),
    detail: () => {},
  };
}

/** Builds the project in a folder. */
export async function buildIn(
  root: string,
  options: Partial<BuildRequest> = {},
): Promise<BuiltProject & { told: Told }> {
  const progress = remember();
  const project = options.project ?? (await loadProject({ cwd: root }));
  const request = { architectures, outDir: "dist", env: process.env, signal: new AbortController().signal };
  const built = await buildProject({ ...request, progress, ...options, project });
  return { ...built, told: progress };
}
