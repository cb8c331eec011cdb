// What a command of the user's own has made, on its way into a zip: nobody but the command knows how it came about, so it is looked at.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { checkRequestFor } from "./check-request.ts";
import type { MadeArchive } from "./layer/archive.ts";
import { collectContents } from "./layer/contents.ts";
import { manifestName } from "./layer/manifest.ts";
import type { ZipEntry } from "./layer/zip/entry.ts";
import type { Manifest } from "./model/artifact.ts";
import { LambdaExtError, toolError } from "./model/errors.ts";
import type { Progress } from "./model/progress.ts";
import type { Project } from "./project/project.ts";
import type { Source } from "./project/sources.ts";

/** The files of a folder that a command has made; none where it has made no folder. */
export async function collectTree(tree: string | undefined): Promise<ZipEntry[]> {
  if (tree === undefined) return [];
  return collectContents([{ from: tree, to: ".", mode: "executable" }], { root: "" }).catch((error) => {
    if (!(error instanceof LambdaExtError)) throw error;
    const message = `What the command has made cannot be used: ${error.message.replaceAll(tree, "$LAMBDA_EXT_OUT")}`;
    throw toolError(message, { code: "CommandOutput", hint: undefined, cause: error });
  });
}

interface Misbuilt {
  readonly project: Project;
  readonly name: string;
  /** What a command has not made: that is for `check` to judge. */
  readonly contents: readonly ZipEntry[];
}

/** Nobody but the command knows how it builds: what it made is looked at at once. What is kept has been looked at before. */
export async function refuseMisbuilt(
  results: readonly MadeArchive[],
  { project, name, contents }: Misbuilt,
): Promise<void> {
  const { checkArchive, isError, describeFinding } = await import("./check/check.ts");
  const given = new Set(contents.map(({ path }) => path));
  const checked = results.map(async ({ artifact, staged }) => {
    if (staged === undefined) return [];
    const archive = { ...artifact, name, kind: project.kind, zip: staged };
    const findings = await checkArchive(checkRequestFor(project, archive, artifact.zip));
    return findings.filter((finding) => isError(finding) && finding.file !== undefined && !given.has(finding.file));
  });
  const errors = (await Promise.all(checked)).flat();
  if (errors.length === 0) return;
  throw toolError(
    `What the command has made would not work in Lambda:\n${errors.map((finding) => `  ${describeFinding(finding)}`).join("\n")}`,
    {
      code: "CheckFailed",
      hint: "The command is run once for each architecture, with GOARCH, LAMBDA_EXT_GOARCH (amd64, arm64) and LAMBDA_EXT_ARCH (x86_64, arm64) saying which.",
    },
  );
}

interface Rebuilt {
  readonly project: Project;
  readonly name: string;
  readonly previous: Manifest | undefined;
  /** The newest source, before the command ran. */
  readonly newest: Source | undefined;
  readonly directory: string;
  readonly progress: Progress;
}

/** A command that makes other bytes of the same sources gives each build a version of its own in every region. */
export async function warnOfOtherBytes(results: readonly MadeArchive[], rebuilt: Rebuilt): Promise<void> {
  const { project, name, previous, newest, directory, progress } = rebuilt;
  const built = previous?.name === name ? await stat(join(directory, manifestName)) : undefined;
  if (!built || !newest || newest.changed > built.mtimeMs) return;
  const others = results.filter(({ artifact: { architecture, codeSha256 } }) => {
    const before = previous?.artifacts.find((artifact) => artifact.architecture === architecture);
    return before !== undefined && before.codeSha256 !== codeSha256;
  });
  if (others.length === 0) return;
  progress.warn(
    `For ${others.map(({ artifact }) => artifact.goarch).join(" and ")} the command made other bytes than the last time, though nothing in ${project.root} has changed since: if its tools are the same too, each build is a new version to \`publish\`. Times, random names and the folder's path are what gets into files; SOURCE_DATE_EPOCH is set for tools that heed it.`,
  );
}
