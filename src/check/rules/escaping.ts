// Entries that would lie outside of the folder that the archive is unpacked into.
import { mountOf } from "../../layer/layout.ts";
import { entryProblem } from "../../layer/zip/extract.ts";
import type { Rule } from "../subject.ts";

export const escaping: Rule = {
  name: "entry-escapes",
  find({ files, kind }) {
    const links = new Map(files.flatMap(({ path, target }) => (target === undefined ? [] : [[path, target] as const])));
    return files.flatMap((file) => {
      const problem = entryProblem(file, links, mountOf(kind ?? "layer"));
      if (!problem) return [];
      return [
        {
          severity: "error" as const,
          file: file.path,
          message: `is refused when the archive is unpacked: ${problem}`,
          mend: "Pack from inside the folder, with relative paths and relative links that stay in it.",
        },
      ];
    });
  },
};
