// dist/manifest.json: what the last build made.
import { createHash } from "node:crypto";
import { readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Artifact, LayerArchive, Manifest } from "../model/artifact.ts";
import { toolError } from "../model/errors.ts";

/** Its file name. */
export const manifestName = "manifest.json";

/**
 * The manifest in a folder; undefined where there is none.
 * @throws LambdaExtError `InvalidManifest` where a file of this name is not one of ours.
 */
export async function readManifest(folder: string): Promise<Manifest | undefined> {
  const file = join(folder, manifestName);
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  const manifest = parse(text);
  if (isManifest(manifest)) return manifest;
  throw toolError(`${file} is not a manifest that lambda-ext has written.`, {
    code: "InvalidManifest",
    hint: "Remove it where it is one that was damaged; where it belongs to something else, build into another folder: --out-dir.",
  });
}

/** Replaces the manifest: whole, or not at all. `staging` is a folder on the same file system, for the time in between. */
export async function writeManifest(folder: string, manifest: Manifest, staging: string): Promise<void> {
  const temporary = join(staging, manifestName);
  await writeFile(temporary, `${JSON.stringify(manifest, null, 2)}\n`);
  await rename(temporary, join(folder, manifestName));
}

/** The archives that a manifest lists, as the later stages take them. */
export function archivesOf(manifest: Manifest, folder: string): LayerArchive[] {
  return manifest.artifacts.map(({ architecture, zip, zipBytes, unzippedBytes, codeSha256 }) => ({
    name: manifest.name,
    kind: manifest.kind,
    architecture,
    zip: join(folder, zip),
    zipBytes,
    unzippedBytes,
    codeSha256,
  }));
}

/**
 * Makes sure that an archive is still what the manifest says.
 * @throws LambdaExtError `ArchiveChanged`.
 */
export async function verifyArchive({ zip, codeSha256 }: LayerArchive): Promise<void> {
  const bytes = await readFile(zip).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined;
    throw error;
  });
  if (bytes && createHash("sha256").update(bytes).digest("base64") === codeSha256) return;
  throw toolError(
    `${zip} ${bytes ? "is not the file that its manifest lists: its hash is another" : "is missing, though its manifest lists it"}.`,
    {
      code: "ArchiveChanged",
      hint: "Build it again: lambda-ext build",
    },
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isManifest(value: unknown): value is Manifest {
  const { schemaVersion, name, kind, artifacts } = (value ?? {}) as Partial<Manifest>;
  const kinds: unknown[] = ["extension", "function", "layer"];
  return (
    schemaVersion === 1 &&
    typeof name === "string" &&
    kinds.includes(kind) &&
    Array.isArray(artifacts) &&
    artifacts.every(isArtifact)
  );
}

function isArtifact(value: unknown): boolean {
  const { architecture, zip, codeSha256 } = (value ?? {}) as Partial<Artifact>;
  // Nothing but a name beside the manifest: what it lists may be removed by a later build.
  const isName = typeof zip === "string" && zip.endsWith(".zip") && basename(zip) === zip && !zip.includes("\\");
  return (architecture === "x86_64" || architecture === "arm64") && isName && typeof codeSha256 === "string";
}
