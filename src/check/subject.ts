// What the rules look at: an archive or a folder, read once.

import type { PackedEntry } from "../layer/zip/entry.ts";
import type { Architecture } from "../model/architecture.ts";
import type { ProjectKind } from "../model/artifact.ts";
import type { Finding } from "../model/finding.ts";
import type { Content } from "./content.ts";

/** An entry and, for a file, what it is. */
export interface SubjectFile extends PackedEntry {
  /** Absent for folders, links, and files that are too large to be read. */
  readonly content?: Content;
}

/** What the layer is going to be called and said to be. */
interface LayerSettings {
  /** With `{name}` and `{arch}` filled in. */
  readonly name: string;
  readonly description: string | undefined;
  readonly license: string | undefined;
}

/** Something to be checked. */
export interface Subject {
  /** As it was given. */
  readonly archive: string;
  /** Undefined where nothing says it. */
  readonly kind: ProjectKind | undefined;
  readonly architecture: Architecture | undefined;
  /** Undefined for a folder. */
  readonly zipBytes: number | undefined;
  readonly files: readonly SubjectFile[];
  /** Empty where none are declared. */
  readonly compatibleRuntimes: readonly string[];
  /** Absent for functions, and for archives that are not the project's. */
  readonly layer?: LayerSettings | undefined;
}

/** A finding before the archive's name is added. */
export type Found = Omit<Finding, "archive" | "rule">;

/** One rule: pure, and silent where it has nothing to say. */
export interface Rule {
  /** Stable. */
  readonly name: string;
  find(subject: Subject): readonly Found[];
}

/** Whether Lambda itself starts this file: an external extension, or a function's bootstrap. */
export function isStarted({ path }: Pick<PackedEntry, "path">): boolean {
  return path === "bootstrap" || isExtension({ path });
}

/** Whether it lies directly in extensions/: Lambda starts everything there, whatever its name. */
export function isExtension({ path }: Pick<PackedEntry, "path">): boolean {
  return /^extensions\/[^/]+$/.test(path);
}

/** Whether it is there to be run, now or by something else: by its place, or by its mode. */
export function isProgram(file: Pick<PackedEntry, "path" | "mode" | "kind">): boolean {
  return file.kind === "file" && (isStarted(file) || (file.mode & 0o111) !== 0);
}
