// The code that create-function and update-function send: a zip, a folder that is zipped, or what the project builds.
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { type FunctionCode, functionCode } from "../functions/code.ts";
import type { Architecture } from "../model/architecture.ts";
import { usageError } from "../model/errors.ts";
import type { Project } from "../project/project.ts";
import type { CommandContext } from "./command.ts";
import { type FunctionGuess, guessFunction } from "./function-guess.ts";

/** The flags that say where code comes from. */
export interface CodeOptions {
  readonly zip?: string | undefined;
  readonly source?: string | undefined;
  readonly arch?: Architecture | undefined;
}

/** Code with what it shows of itself. */
export interface ChosenCode extends FunctionGuess {
  readonly code: FunctionCode;
  /** What the code was built for; undefined where it doesn't say. */
  readonly architecture: Architecture | undefined;
}

/**
 * Finds the code; undefined where no flag names any and the project is no function.
 * @throws usageError
 */
export async function chooseCode(
  context: CommandContext,
  project: Project,
  options: CodeOptions,
): Promise<ChosenCode | undefined> {
  if (options.zip !== undefined && options.source !== undefined) {
    throw usageError("Both --zip and --source were given.", {
      code: "TwoSources",
      hint: "Give the one that holds the code.",
    });
  }
  if (options.zip !== undefined) return await codeFromZip(resolve(context.cwd, options.zip));
  if (options.source !== undefined) return await codeFromFolder(resolve(context.cwd, options.source));
  return project.kind === "function" ? await codeFromProject(context, project, options.arch) : undefined;
}

async function codeFromZip(file: string): Promise<ChosenCode> {
  const { readZip } = await import("../layer/zip/read.ts");
  const reader = await readZip(file);
  try {
    const entries = new Map(reader.entries.map((entry) => [entry.path, entry]));
    const guess = await guessFunction([...entries.keys()], async (name) => {
      const entry = entries.get(name);
      return entry ? (await reader.read(entry)).toString() : "";
    });
    return { code: functionCode(await readFile(file), file), architecture: undefined, ...guess };
  } finally {
    reader.close();
  }
}

async function codeFromFolder(folder: string): Promise<ChosenCode> {
  const [{ readSourceFolder }, { packZip }] = await Promise.all([
    import("./source-folder.ts"),
    import("../layer/zip/write.ts"),
  ]);
  const entries = await readSourceFolder(folder);
  const guess = await guessFunction(
    entries.map(({ path }) => path),
    async (name) => {
      const entry = entries.find(({ path }) => path === name);
      return entry?.kind === "file" ? entry.content.toString() : "";
    },
  );
  const zip = await packZip(entries, { mount: "/var/task" });
  return { code: functionCode(zip, folder), architecture: undefined, ...guess };
}

/** Builds first: unlike a layer, which is published as it was released, a function is what its sources say now. */
async function codeFromProject(
  { env, progress, signal }: CommandContext,
  project: Project,
  wanted: Architecture | undefined,
): Promise<ChosenCode> {
  const [{ archivesToPublish, buildProject }, { readManifest }] = await Promise.all([
    import("../pipeline.ts"),
    import("../layer/manifest.ts"),
  ]);
  const last =
    (await readManifest(resolve(project.root, "dist")))?.artifacts.map(({ architecture }) => architecture) ?? [];
  // AWS's own default where the last build made both, or there was none.
  const architecture = wanted ?? (last.length === 1 && last[0] ? last[0] : "x86_64");
  const request = { project, outDir: "dist", env, progress, signal };
  await buildProject({ ...request, architectures: [...new Set([...last, architecture])] });
  const { archives } = await archivesToPublish({ ...request, architectures: [architecture] });
  const [archive] = archives;
  if (!archive) throw new Error(`nothing was built for ${architecture}`);
  return {
    code: functionCode(await readFile(archive.zip), archive.zip),
    architecture,
    runtime: "provided.al2023",
    handler: "bootstrap",
  };
}
