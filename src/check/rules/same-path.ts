// Entries that get into each other's way when the archive is unpacked.
import type { Found, Rule, SubjectFile } from "../subject.ts";

export const samePath: Rule = {
  name: "same-path",
  find: ({ files }) => [...twice(files), ...fileAndFolder(files)],
};

function twice(files: readonly SubjectFile[]): Found[] {
  const seen = new Set<string>();
  const doubled = new Set<string>();
  for (const { path, kind } of files) {
    if (kind !== "directory" && seen.has(path)) doubled.add(path);
    seen.add(path);
  }
  return [...doubled].map((file) => ({
    severity: "error",
    file,
    message: "is in the archive more than once: which one Lambda keeps is not said anywhere",
    mend: "Make the archive anew: adding to one that is there already can leave the old entry in it.",
  }));
}

function fileAndFolder(files: readonly SubjectFile[]): Found[] {
  const folders = new Set<string>();
  for (const { path } of files) {
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1))
      folders.add(path.slice(0, end));
  }
  return files
    .filter(({ path, kind }) => kind !== "directory" && folders.has(path))
    .map(({ path, kind }) => ({
      severity: "error",
      file: path,
      message: `is a ${kind === "symlink" ? "link" : "file"}, and other entries lie in a folder of the same name: the archive cannot be unpacked as it is`,
      mend: "Give one of them another name.",
    }));
}
