// Where things lie in a zip, by what the zip is for.
import type { Binary, ProjectKind } from "../model/artifact.ts";
import type { ZipEntry } from "./zip/entry.ts";

/** The permission bits of a program: for everybody, since functions don't run as the owner of their files. */
const programMode = 0o755;

/** Where Lambda unpacks a zip. */
export function mountOf(kind: ProjectKind): "/opt" | "/var/task" {
  return kind === "function" ? "/var/task" : "/opt";
}

/** The program's path in the zip; undefined where the kind has no program. */
export function programPath(kind: ProjectKind, name: string): string | undefined {
  switch (kind) {
    case "extension":
      // Lambda starts every file directly in extensions/.
      return `extensions/${name}`;
    case "function":
      // What provided.al2 and provided.al2023 start, at the top of the code.
      return "bootstrap";
    case "layer":
      return undefined;
  }
}

/** The entries of a zip: the program, where there is one, and the contents. */
export function layOut(
  path: string | undefined,
  binary: Binary | undefined,
  contents: readonly ZipEntry[],
): ZipEntry[] {
  if (path === undefined || binary === undefined) return [...contents];
  return [{ kind: "file", path, mode: programMode, content: binary.path }, ...contents];
}
