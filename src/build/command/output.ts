// Looks at what a command has made: a program, or a folder with it and what else goes into the zip.
import { createHash } from "node:crypto";
import { lstat, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Architecture, goarchOf } from "../../model/architecture.ts";
import type { Binary } from "../../model/artifact.ts";
import { toolError } from "../../model/errors.ts";
import type { CommandBuild } from "../../project/project.ts";
import { shown } from "./failure.ts";

/** What a build has made for one architecture. */
export interface Made {
  /** Undefined for a layer without a program, and for a program that is a link. */
  readonly binary: Binary | undefined;
  /** A folder, absolute, whose files lie in the zip as they lie in it, the program among them; undefined where there is the program alone. */
  readonly tree: string | undefined;
}

interface Question {
  readonly build: CommandBuild;
  readonly architecture: Architecture;
  readonly output: string;
  readonly programPath: string | undefined;
}

/**
 * Reads the output.
 * @throws LambdaExtError `CommandOutput`.
 */
export async function readOutput(question: Question): Promise<Made> {
  const { architecture, output, programPath } = question;
  const found = await stat(output).catch(() => undefined);
  if (!found) {
    const wanted = programPath === undefined ? "that folder" : "that file, or that folder";
    throw wrong(
      question,
      "made nothing at $LAMBDA_EXT_OUT",
      `It must make ${wanted}: for example, ${example(question)}`,
    );
  }
  if (found.isFile()) {
    if (programPath === undefined) {
      throw wrong(
        question,
        'made a file at $LAMBDA_EXT_OUT, and a project of the kind "layer" has no program',
        "It must make a folder there, which holds what is to lie in /opt.",
      );
    }
    return { binary: await readBinary(output, architecture), tree: undefined };
  }
  if (!found.isDirectory()) throw wrong(question, "made neither a file nor a folder at $LAMBDA_EXT_OUT", undefined);
  if (programPath === undefined) {
    if ((await list(output)) === "nothing") throw wrong(question, "made an empty folder at $LAMBDA_EXT_OUT", undefined);
    return { binary: undefined, tree: output };
  }
  const program = await lstat(join(output, programPath)).catch(() => undefined);
  if (!program) {
    throw wrong(
      question,
      `made a folder without ${programPath}: it holds ${await list(output)}`,
      programPath === "bootstrap"
        ? "The folder becomes /var/task, in which Lambda starts the program called bootstrap."
        : `The folder becomes /opt, and "name" in lambda-ext.jsonc says what the program under extensions/ is called ($LAMBDA_EXT_NAME).`,
    );
  }
  return {
    binary: program.isFile() ? await readBinary(join(output, programPath), architecture) : undefined,
    tree: output,
  };
}

async function readBinary(path: string, architecture: Architecture): Promise<Binary> {
  const content = await readFile(path);
  return { architecture, path, bytes: content.length, sha256: createHash("sha256").update(content).digest("hex") };
}

function example({ programPath }: Question): string {
  return programPath === undefined
    ? 'cp -R opt "$LAMBDA_EXT_OUT"'
    : 'go build -trimpath -o "$LAMBDA_EXT_OUT" . (which heeds GOOS and GOARCH)';
}

/** The first few names of a folder. */
async function list(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll("\\", "/"),
    )
    .sort();
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return names.length === 0 ? "nothing" : `${names.slice(0, 5).join(", ")}${more}`;
}

function wrong({ build, architecture }: Question, what: string, hint: string | undefined): Error {
  return toolError(`${shown(build.command)} for ${goarchOf(architecture)} ${what}.`, { code: "CommandOutput", hint });
}
