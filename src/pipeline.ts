// The stages, one after the other: source → program → archive → manifest → findings.
import { mkdir, mkdtemp, rename, rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { compile, type Plan, planBuild } from "./build/project.ts";
import { readRevision } from "./build/revision.ts";
import { type MadeArchive, makeArchive } from "./layer/archive.ts";
import { collectContents } from "./layer/contents.ts";
import { archivesOf, readManifest, writeManifest } from "./layer/manifest.ts";
import type { Architecture } from "./model/architecture.ts";
import type { LayerArchive, Manifest } from "./model/artifact.ts";
import { formatBytes } from "./model/bytes.ts";
import { toolError } from "./model/errors.ts";
import type { Progress } from "./model/progress.ts";
import type { Project } from "./project/project.ts";

/** What is to be built, and where to. */
export interface BuildRequest {
  readonly project: Project;
  readonly architectures: readonly Architecture[];
  /** Absolute, or relative to the project's folder. */
  readonly outDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/** What a build made. */
export interface BuiltProject {
  readonly manifest: Manifest;
  /** The folder of the manifest, absolute. */
  readonly directory: string;
  readonly archives: readonly LayerArchive[];
}

/**
 * Compiles, packs and lists. Until all of it has succeeded the folder is as it was; then the new zips take their places, those of the
 * last build that are no longer made go, and the manifest comes last.
 */
export async function buildProject(request: BuildRequest): Promise<BuiltProject> {
  const { project, signal } = request;
  const directory = resolve(project.root, request.outDir);
  const [plan, previous, contents] = await Promise.all([
    planBuild(project),
    readManifest(directory),
    collectContents(project.contents, { root: project.root, except: directory }),
  ]);
  warnOfOtherName(plan, request.progress);
  const { name, kind } = { name: plan.name, kind: project.kind };
  const revision = readRevision(project.root, request.env);
  const staging = await makeStaging(directory);
  try {
    const { goVersion, results } = await compile({ ...request, plan }, (architecture, binary) => {
      const made = previous?.artifacts.find((artifact) => artifact.architecture === architecture);
      return makeArchive({
        name,
        kind,
        architecture,
        binary,
        contents,
        outDir: directory,
        previous: made,
        staging,
        signal,
      });
    });
    const commit = await revision;
    const manifest: Manifest = {
      schemaVersion: 1,
      name,
      kind,
      goVersion,
      ...(commit !== undefined && { revision: commit }),
      artifacts: results.map(({ artifact }) => artifact),
    };
    signal.throwIfAborted();
    for (const { artifact, staged } of results) if (staged) await rename(staged, join(directory, artifact.zip));
    await writeManifest(directory, manifest);
    await removeFormer(previous, manifest, directory);
    tellResult(results, manifest, request.progress);
    return { manifest, directory, archives: archivesOf(manifest, directory) };
  } finally {
    await rm(staging, { recursive: true, force: true });
    // Made for nothing, where the build failed; otherwise it is not empty, and stays.
    await rmdir(directory).catch(() => {});
  }
}

async function makeStaging(directory: string): Promise<string> {
  try {
    await mkdir(directory, { recursive: true });
    return await mkdtemp(join(directory, ".staging-"));
  } catch (error) {
    throw toolError(`The zips cannot be written to ${directory}: ${(error as Error).message}.`, {
      code: "OutputFolder",
      hint: "Give another folder with --out-dir, or mend this one.",
      cause: error,
    });
  }
}

/** Zips of ours alone: those that the last manifest lists. */
async function removeFormer(previous: Manifest | undefined, manifest: Manifest, directory: string): Promise<void> {
  const kept = new Set(manifest.artifacts.map(({ zip }) => zip));
  const former = (previous?.artifacts ?? []).filter(({ zip }) => !kept.has(zip));
  await Promise.all(former.map(({ zip }) => rm(join(directory, zip), { force: true })));
}

function tellResult(results: readonly MadeArchive[], manifest: Manifest, progress: Progress): void {
  const parts = results.map(({ artifact, staged }) => {
    const size = formatBytes(artifact.zipBytes);
    return `${artifact.goarch} ${size}${staged ? "" : " (unchanged)"}`;
  });
  const by = manifest.goVersion ? ` with ${manifest.goVersion}` : "";
  progress.step(`Built ${manifest.name}${by}: ${parts.join(", ")}`);
}

/** Lambda knows an extension by its file's name: one that registers under another is waited for until INIT times out. */
function warnOfOtherName({ name, program }: Plan, progress: Progress): void {
  const own = program?.ownName;
  if (own === undefined || own === name) return;
  progress.warn(
    `The program registers as ${JSON.stringify(own)}, but its file is extensions/${name}: Lambda would wait for ${JSON.stringify(name)} to register until INIT times out. Set "name" to the same, or register under the file's name: filepath.Base(os.Args[0]).`,
  );
}
