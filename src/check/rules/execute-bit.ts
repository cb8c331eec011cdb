// Programs that nobody may execute.
import { type Found, isStarted, type Rule, type SubjectFile } from "../subject.ts";

export const executeBit: Rule = {
  name: "execute-bit",
  find: ({ files }) => files.flatMap(look),
};

/** Functions don't run as the owner of their files: the bit for others is the one that counts. */
const othersExecute = 0o001;

function look(file: SubjectFile): Found[] {
  if (file.kind !== "file" || (file.mode & othersExecute) !== 0) return [];
  // What is no program at all needs no mode, but another place: that is another rule's finding.
  if (file.content?.type === "other" || file.content?.type === "empty") return [];
  const mode = file.mode.toString(8).padStart(4, "0");
  const mend = "Pack it with mode 0755. Zips made on Windows have no modes: `lambda-ext build` writes them everywhere.";
  if (isStarted(file)) {
    const fate =
      file.path === "bootstrap"
        ? "the function fails (Runtime.InvalidEntrypoint)"
        : "INIT fails (Extension.LaunchError, permission denied)";
    return [{ severity: "error", file: file.path, message: `is not executable (mode ${mode}): ${fate}`, mend }];
  }
  const isTool =
    /^(bin\/)?[^/]+$/.test(file.path) &&
    (file.content?.type === "script" || (file.content?.type === "elf" && file.content.elf?.interpreter !== undefined));
  if (!isTool) return [];
  return [
    {
      severity: "warning",
      file: file.path,
      message: `looks like a program, but is not executable (mode ${mode}): whoever starts it, as AWS_LAMBDA_EXEC_WRAPPER or from the function, gets "permission denied"`,
      mend,
    },
  ];
}
