// Files that the function's user may not read.
import type { Rule } from "../subject.ts";

export const readable: Rule = {
  name: "file-modes",
  find: ({ files }) =>
    files
      .filter(
        ({ kind, mode }) =>
          (kind === "file" && (mode & 0o004) === 0) || (kind === "directory" && (mode & 0o005) !== 0o005),
      )
      .map(({ path, mode, kind }) => ({
        severity: "warning",
        file: path,
        message: `is closed to all but its owner (mode ${mode.toString(8).padStart(4, "0")}): functions run as another user and get "permission denied"`,
        mend: `Pack it with mode ${kind === "directory" ? "0755" : "0644, programs with 0755"}.`,
      })),
};
