// What is said where a command of the user's own does not do its work.
import { access } from "node:fs/promises";
import { resolve } from "node:path";
import { type Architecture, goarchOf } from "../../model/architecture.ts";
import { toolError } from "../../model/errors.ts";
import type { ProgramRun } from "../process.ts";

/** As many of its last lines are repeated where it has failed; `--verbose` shows all as they come. */
const mostLines = 100;

/** What a command said last: a build that says a lot for an hour needs no more memory than another. */
export class LastWords {
  readonly lines: string[] = [];
  /** How many lines came before these. */
  left = 0;

  /** Takes one more. */
  add(line: string): void {
    this.lines.push(line);
    if (this.lines.length <= mostLines) return;
    this.lines.shift();
    this.left++;
  }
}

/** The command as a person reads it. */
export function shown(command: readonly string[]): string {
  return `\`${command.map((word) => (/^[\w./:@%+,=-]+$/.test(word) ? word : JSON.stringify(word))).join(" ")}\``;
}

/** The error for a command that the system has not started; other errors come back as they are. */
export async function cannotStart(
  error: unknown,
  { program, root }: { readonly program: string; readonly root: string },
): Promise<unknown> {
  const { code } = error as NodeJS.ErrnoException;
  const isFile = /[/\\]/.test(program);
  if (code === "ENOENT") {
    const exists = isFile && (await isThere(resolve(root, program)));
    const missing = exists
      ? `the interpreter that the first line of ${program} names does not exist`
      : isFile
        ? `there is no ${program} in ${root}`
        : `there is no \`${program}\` on the PATH`;
    const hint = exists
      ? "Mend its first line, such as #!/bin/sh (and save it with LF line ends: CRLF becomes a part of the name)."
      : isFile
        ? "build.command in lambda-ext.jsonc is relative to that file's folder."
        : `Install it, or mend build.command in lambda-ext.jsonc. A file beside that is written "./${program}".`;
    return toolError(`The program cannot be built: ${missing}.`, { code: "CommandNotFound", hint, cause: error });
  }
  if (code === "EACCES" || code === "EPERM") {
    return toolError(`The program cannot be built: ${program} in ${root} may not be executed.`, {
      code: "CommandNotExecutable",
      hint: `chmod +x ${program}, or name its interpreter: "command": ["sh", ${JSON.stringify(program)}]`,
      cause: error,
    });
  }
  return error;
}

interface Failure {
  readonly command: readonly string[];
  readonly architecture: Architecture;
  readonly root: string;
  readonly ended: ProgramRun;
  readonly words: LastWords;
}

/** The error for a command that has ended otherwise than with status 0. */
export function failed({ command, architecture, root, ended, words }: Failure): Error {
  const how = ended.endedBy === null ? `ended with status ${ended.status}` : `was ended by ${ended.endedBy}`;
  const { left } = words;
  const lines = [...(left > 0 ? [`(${left} lines before these are left out)`] : []), ...words.lines];
  const said = lines.join("\n").trim() || "It said nothing.";
  return toolError(`${shown(command)} in ${root} ${how} for ${goarchOf(architecture)}:\n${said}`, {
    code: "CommandFailed",
    hint: left > 0 ? "`lambda-ext build --verbose` shows all that it says." : undefined,
  });
}

async function isThere(file: string): Promise<boolean> {
  return access(file).then(
    () => true,
    () => false,
  );
}
