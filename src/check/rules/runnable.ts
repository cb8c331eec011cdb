// What Lambda starts, but its kernel cannot run.
import { type Found, isStarted, type Rule, type SubjectFile } from "../subject.ts";

export const runnable: Rule = {
  name: "not-runnable",
  find: ({ files }) => files.filter((file) => file.kind === "file" && isStarted(file)).flatMap(look),
};

function look({ path, content }: SubjectFile): Found[] {
  const reason = content && reasonFor(path, content);
  if (!reason) return [];
  const [is, mend] = reason;
  const fate = path === "bootstrap" ? "the function fails" : "Lambda starts everything in extensions/, and INIT fails";
  return [{ severity: "error", file: path, message: `${is}: ${fate}`, mend }];
}

function reasonFor(path: string, content: NonNullable<SubjectFile["content"]>): [string, string] | undefined {
  switch (content.type) {
    case "mach-o":
      return ["is a program for macOS", "Build it for Linux: GOOS=linux, or `lambda-ext build`."];
    case "windows":
      return ["is a program for Windows", "Build it for Linux: GOOS=linux, or `lambda-ext build`."];
    case "empty":
      return ["is empty", "Put the program there, or leave the file out."];
    case "other":
      return /(^|\/)(readme|licen[cs]e|changelog)/i.test(path) || /\.(md|txt|json|ya?ml)$/i.test(path)
        ? ["is no program", "Put it elsewhere in the archive, or leave it out."]
        : [
            "is neither a Linux program nor a script that begins with #!",
            "Give a script its first line, such as #!/bin/sh, or put the file elsewhere.",
          ];
    case "elf":
      if (content.elf === undefined)
        return ["is a damaged program, or one that was cut off", "Build and pack it again."];
      return content.elf.type === "executable" || content.elf.type === "shared"
        ? undefined
        : ["is an object file, not a program", "Link it to a program."];
    case "script":
      return content.byteOrderMark
        ? ["begins with a byte order mark, so that #! is not seen", "Save it as UTF-8 without a byte order mark."]
        : undefined;
  }
}
