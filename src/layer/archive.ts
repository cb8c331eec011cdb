// Makes one archive, or keeps the one that is there.
import { join } from "node:path";
import { type Architecture, goarchOf } from "../model/architecture.ts";
import type { Artifact, Binary, BuildSize, ProjectKind } from "../model/artifact.ts";
import { layOut, mountOf, programPath } from "./layout.ts";
import { isUnchanged } from "./unchanged.ts";
import type { ZipEntry } from "./zip/entry.ts";
import { writeZip } from "./zip/write.ts";

interface ArchiveRequest {
  readonly name: string;
  readonly kind: ProjectKind;
  readonly architecture: Architecture;
  readonly binary: Binary | undefined;
  readonly contents: readonly ZipEntry[];
  readonly size: BuildSize;
  /** The folder of the manifest, absolute. */
  readonly outDir: string;
  /** What the last build made for this architecture, where it was of the same size. */
  readonly previous: Artifact | undefined;
  /** A folder for a new zip until the whole build has succeeded. */
  readonly staging: string;
  readonly signal: AbortSignal;
}

/** An archive that is ready. */
export interface MadeArchive {
  readonly artifact: Artifact;
  /** Where the new zip waits to be moved beside the manifest; undefined where the old one is kept. */
  readonly staged: string | undefined;
}

/**
 * Packs an archive.
 * @throws LambdaExtError `InvalidZipEntry`.
 */
export async function makeArchive(request: ArchiveRequest): Promise<MadeArchive> {
  const { name, kind, architecture, binary, outDir, previous } = request;
  const path = programPath(kind, name);
  const entries = layOut(path, binary, request.contents);
  const goarch = goarchOf(architecture);
  const zip = `${name}-${goarch}.zip`;
  if (previous?.zip === zip && (await isUnchanged({ zip: join(outDir, zip), artifact: previous, entries, binary }))) {
    return { artifact: previous, staged: undefined };
  }
  const staged = join(request.staging, zip);
  const { zipBytes, unzippedBytes, codeSha256 } = await writeZip(entries, staged, {
    signal: request.signal,
    mount: mountOf(kind),
    size: request.size,
  });
  const program = path && binary && { path, bytes: binary.bytes, sha256: binary.sha256 };
  const artifact = { architecture, goarch, zip, codeSha256, zipBytes, unzippedBytes };
  return { artifact: program ? { ...artifact, binary: program } : artifact, staged };
}
