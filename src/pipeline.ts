// The stages, one after the other: source → program → archive → manifest → findings.
import { access, constants, mkdir, rename, rm, rmdir, stat } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import { compile, type Plan, planBuild } from "./build/project.ts";
import { readRevision } from "./build/revision.ts";
import { checkRequestFor } from "./check-request.ts";
import { collectTree, refuseMisbuilt, warnOfOtherBytes } from "./command-output.ts";
import { type MadeArchive, makeArchive } from "./layer/archive.ts";
import { collectContents } from "./layer/contents.ts";
import { programPath } from "./layer/layout.ts";
import { archivesOf, manifestName, readManifest, verifyArchive, writeManifest } from "./layer/manifest.ts";
import { type Architecture, architectures, goarchOf } from "./model/architecture.ts";
import type { LayerArchive, Manifest } from "./model/artifact.ts";
import { formatBytes } from "./model/bytes.ts";
import { toolError } from "./model/errors.ts";
import type { Finding } from "./model/finding.ts";
import type { Progress } from "./model/progress.ts";
import { withTemporaryFolder } from "./model/temporary.ts";
import type { Project } from "./project/project.ts";
import { newestSource } from "./project/sources.ts";

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
  // Before a command writes among them.
  const newest = previous && project.build?.builder === "command" ? await newestSource(project) : undefined;
  await makeFolder(directory);
  try {
    return await withTemporaryFolder(join(directory, ".staging-"), async (staging) => {
      const path = programPath(kind, name);
      const { goVersion, results } = await compile(
        { ...request, plan, programPath: path },
        async (architecture, { binary, tree }) => {
          // What was packed for another size has other bytes, though it may hold the same files.
          const before =
            (previous?.size ?? "default") === project.size
              ? previous?.artifacts.find((artifact) => artifact.architecture === architecture)
              : undefined;
          const place = { outDir: directory, previous: before, staging };
          const others = (await collectTree(tree)).filter((entry) => !binary || entry.path !== path);
          return makeArchive({
            name,
            kind,
            architecture,
            binary,
            contents: [...contents, ...others],
            size: project.size,
            ...place,
            signal,
          });
        },
      );
      if (project.build?.builder === "command") {
        await refuseMisbuilt(results, { project, name, contents });
        await warnOfOtherBytes(results, { project, name, previous, newest, directory, progress: request.progress });
      }
      const commit = await revision;
      const manifest: Manifest = {
        schemaVersion: 1,
        name,
        kind,
        goVersion,
        size: project.size,
        ...(commit !== undefined && { revision: commit }),
        artifacts: results.map(({ artifact }) => artifact),
      };
      signal.throwIfAborted();
      for (const { artifact, staged } of results) if (staged) await rename(staged, join(directory, artifact.zip));
      await writeManifest(directory, manifest, staging);
      await removeFormer(previous, manifest, directory);
      tellResult(results, manifest, request.progress);
      return { manifest, directory, archives: archivesOf(manifest, directory) };
    });
  } finally {
    // Made for nothing, where the build failed; otherwise it is not empty, and stays.
    await rmdir(directory).catch(() => {});
  }
}

async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    await access(directory, constants.W_OK);
  } catch (error) {
    throw toolError(`The zips cannot be written to ${directory}: ${(error as Error).message}.`, {
      code: "OutputFolder",
      hint: "Give another folder with --out-dir, or mend this one.",
      cause: error,
    });
  }
}

/** What `publish` starts from. */
export interface ArchivesToPublish {
  readonly manifest: Manifest;
  readonly archives: readonly LayerArchive[];
  /** Warnings alone: an error stops here. */
  readonly findings: readonly Finding[];
}

/**
 * The archives that are to go out, checked: those of the last build, else of one that is made now.
 * @throws LambdaExtError `CheckFailed`, its message with every finding that is an error, and as `currentArchives` does.
 */
export async function archivesToPublish(request: CurrentRequest): Promise<ArchivesToPublish> {
  const { manifest, archives } = await currentArchives(request);
  return { manifest, archives, findings: await refuseBroken(request, archives) };
}

/**
 * Checks archives that are to go out, and tells warnings, but for those of rules that the caller has heeded.
 * @throws LambdaExtError `CheckFailed`, its message with every finding that is an error.
 */
export async function refuseBroken(
  {
    project,
    progress,
    heeded = [],
  }: Pick<BuildRequest, "project" | "progress"> & { readonly heeded?: readonly string[] },
  archives: readonly LayerArchive[],
): Promise<readonly Finding[]> {
  const { checkArchive, isError, describeFinding } = await import("./check/check.ts");
  const checked = await Promise.all(
    archives.map((archive) => checkArchive(checkRequestFor(project, archive, relative(project.root, archive.zip)))),
  );
  const findings = checked.flat();
  const errors = findings.filter(isError);
  for (const finding of findings)
    if (!isError(finding) && !heeded.includes(finding.rule)) progress.warn(describeFinding(finding));
  if (errors.length > 0) {
    throw toolError(
      `What is to go out would not work in Lambda:\n${errors.map((finding) => `  ${describeFinding(finding)}`).join("\n")}`,
      { code: "CheckFailed", hint: "Mend these and make it again. `lambda-ext check` tells them too." },
    );
  }
  return findings;
}

/** As a build, but for the architectures: without them, those that the last build made. */
export type CurrentRequest = Omit<BuildRequest, "architectures"> & {
  readonly architectures?: readonly Architecture[] | undefined;
  /** Builds also where there is a build already. */
  readonly rebuild?: boolean | undefined;
};

/**
 * What the last build made, exactly as it made it; built now where there is no manifest, or where that is asked for.
 * @throws LambdaExtError `ArchiveChanged` where a zip is not what the manifest says, `ArchitectureNotBuilt`.
 */
export async function currentArchives(request: CurrentRequest): Promise<BuiltProject> {
  const { project, progress } = request;
  const directory = resolve(project.root, request.outDir);
  const manifest = request.rebuild ? undefined : await readManifest(directory);
  if (!manifest) return buildProject({ ...request, architectures: request.architectures ?? architectures });
  const wanted = request.architectures ?? manifest.artifacts.map(({ architecture }) => architecture);
  const absent = wanted.filter((each) => !manifest.artifacts.some(({ architecture }) => architecture === each));
  if (absent.length > 0) {
    throw toolError(`The last build made nothing for ${absent.map(goarchOf).join(" and ")}: ${directory} lacks it.`, {
      code: "ArchitectureNotBuilt",
      hint: "Build it: lambda-ext build",
    });
  }
  await warnOfNewerSources(project, directory, progress);
  const artifacts = manifest.artifacts.filter(({ architecture }) => wanted.includes(architecture));
  const archives = archivesOf({ ...manifest, artifacts }, directory);
  await Promise.all(archives.map(verifyArchive));
  return { manifest: { ...manifest, artifacts }, directory, archives };
}

async function warnOfNewerSources(project: Project, directory: string, progress: Progress): Promise<void> {
  const [newest, built] = await Promise.all([newestSource(project), stat(join(directory, manifestName))]);
  if (newest && newest.changed > built.mtimeMs) {
    progress.warn(
      `${newest.file} is newer than the last build, which is what is used: lambda-ext build makes a new one.`,
    );
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
