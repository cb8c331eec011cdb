// What the build makes: a binary, the archive around it, and the manifest that lists what one build made.
import type { Architecture, Goarch } from "./architecture.ts";

/** What a project is: an external extension, a function with its own `bootstrap`, or a layer of plain files. */
export type ProjectKind = "extension" | "function" | "layer";

/** What a build gives its time for: `min` makes the smallest programs and zips, which takes longer and gives slower programs. */
export type BuildSize = "default" | "min";

/** The sizes that there are. */
export const buildSizes: readonly BuildSize[] = ["default", "min"];

/** A compiled program for one architecture. */
export interface Binary {
  readonly architecture: Architecture;
  /** Where it lies on this machine, absolute. */
  readonly path: string;
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** A zip as Lambda takes it: a layer's content, or a function's code. */
export interface LayerArchive {
  readonly name: string;
  readonly kind: ProjectKind;
  readonly architecture: Architecture;
  /** Where it lies on this machine, absolute. */
  readonly zip: string;
  readonly zipBytes: number;
  readonly unzippedBytes: number;
  /** Base64 of the zip's SHA-256: what AWS calls CodeSha256. */
  readonly codeSha256: string;
}

/** One zip in the manifest. */
export interface Artifact {
  readonly architecture: Architecture;
  readonly goarch: Goarch;
  /** The zip's file name, beside the manifest. */
  readonly zip: string;
  readonly codeSha256: string;
  readonly zipBytes: number;
  readonly unzippedBytes: number;
  /** Absent for `kind: layer`. `path` is the entry's path inside the zip. */
  readonly binary?: { readonly path: string; readonly bytes: number; readonly sha256: string };
}

/** `dist/manifest.json`: exactly what the last build made, for `publish` in this process or in another one. */
export interface Manifest {
  readonly schemaVersion: 1;
  readonly name: string;
  readonly kind: ProjectKind;
  /** As `go version` says it, e.g. `go1.26.1`; empty where no Go was involved. */
  readonly goVersion: string;
  /** What it was built for; absent in the manifests of versions that knew one alone: default. */
  readonly size?: BuildSize;
  /** The commit that the sources were at, where they are in a git work tree. */
  readonly revision?: string;
  readonly artifacts: readonly Artifact[];
}
