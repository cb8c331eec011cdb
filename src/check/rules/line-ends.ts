// Scripts with the line ends of Windows.

import { interpreterOf } from "../interpreter.ts";
import { type Found, isProgram, type Rule, type SubjectFile } from "../subject.ts";

export const lineEnds: Rule = {
  name: "script-line-ends",
  find: ({ files }) => files.filter(isProgram).flatMap(look),
};

function look({ path, content }: SubjectFile): Found[] {
  if (content?.type !== "script" || !content.crlf) return [];
  const { name } = interpreterOf(content);
  const isShell = name === "sh" || name === "bash";
  // Other interpreters take CRLF after the first line for what it is.
  if (!content.crlfInFirstLine && !isShell) return [];
  return [
    {
      severity: "error",
      file: path,
      message: content.crlfInFirstLine
        ? `has the line ends of Windows (CRLF): Linux looks for an interpreter named "${name}" with a carriage return behind it, and does not find it`
        : "has lines with the ends of Windows (CRLF): the shell takes the carriage return for a part of each command",
      mend: "Save it with LF: dos2unix, or `*.sh text eol=lf` in .gitattributes.",
    },
  ];
}
