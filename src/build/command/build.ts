// Has a command of the user's own make what goes into the zips, one architecture after the other.
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { type Architecture, goarchOf } from "../../model/architecture.ts";
import type { Progress, Task } from "../../model/progress.ts";
import type { CommandBuild } from "../../project/project.ts";
import { type ProgramRun, runProgram } from "../process.ts";
import { cannotStart, failed, LastWords } from "./failure.ts";
import { type Made, readOutput } from "./output.ts";

/** What is to be made. */
export interface CommandBuildRequest {
  readonly name: string;
  readonly build: CommandBuild;
  /** The project's folder, in which the command runs. */
  readonly root: string;
  /** Where the program lies in the zip; undefined for a layer without one. */
  readonly programPath: string | undefined;
  readonly architectures: readonly Architecture[];
  /** An existing folder for what is made; the caller removes it. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly progress: Progress;
  readonly signal: AbortSignal;
}

/**
 * Runs the command for each architecture and hands what it made to `use`. One at a time: a script or a Makefile may keep its work in the
 * project's folder.
 * @throws LambdaExtError `CommandNotFound`, `CommandNotExecutable`, `CommandFailed`, `CommandOutput`.
 */
export async function buildByCommand<T>(
  request: CommandBuildRequest,
  use: (architecture: Architecture, made: Made) => Promise<T>,
): Promise<T[]> {
  const { name, architectures, progress } = request;
  const task = progress.start(`Building ${name}`);
  try {
    const results: T[] = [];
    for (const architecture of architectures) {
      const output = join(request.directory, goarchOf(architecture));
      await run(request, { architecture, output, task });
      results.push(await use(architecture, await readOutput({ ...request, architecture, output })));
    }
    return results;
  } finally {
    task.done();
  }
}

interface Turn {
  readonly architecture: Architecture;
  /** Where the command is to make its file or folder. */
  readonly output: string;
  readonly task: Task;
}

async function run(request: CommandBuildRequest, { architecture, output, task }: Turn): Promise<void> {
  const { name, build, root, progress, signal } = request;
  const [program = "", ...args] = build.command;
  const what = `Building ${name} for ${goarchOf(architecture)}`;
  task.update(what);
  const words = new LastWords();
  const hear = (line: string) => {
    // The colours of a terminal that it took us for.
    const said = stripVTControlCharacters(line).trimEnd();
    words.add(said);
    progress.detail(said);
    if (said.trim()) task.update(`${what}: ${said.trim()}`);
  };
  const env = commandEnvironment(request, architecture, output);
  let ended: ProgramRun;
  try {
    ended = await runProgram(program, args, { cwd: root, env, signal, onLine: hear, onOutput: hear });
  } catch (error) {
    throw await cannotStart(error, { program, root });
  }
  if (ended.status !== 0) throw failed({ command: build.command, architecture, root, ended, words });
}

/**
 * What the command learns. Go's variables are there for commands that call go; SOURCE_DATE_EPOCH, which compilers and archivers heed, and
 * TZ keep the day and the place of a build out of its bytes.
 */
function commandEnvironment(
  { env, build, name }: CommandBuildRequest,
  architecture: Architecture,
  output: string,
): NodeJS.ProcessEnv {
  return {
    ...env,
    ...{ CGO_ENABLED: "0", GOAMD64: "v1", GOARM64: "v8.0" },
    ...{ SOURCE_DATE_EPOCH: earliest, TZ: "UTC" },
    ...build.environment,
    ...{ GOOS: "linux", GOARCH: goarchOf(architecture) },
    LAMBDA_EXT_ARCH: architecture,
    LAMBDA_EXT_GOARCH: goarchOf(architecture),
    LAMBDA_EXT_NAME: name,
    LAMBDA_EXT_OUT: output,
  };
}

/** 1980-01-01, the earliest day that a zip can name and the one that ours do, in seconds since 1970. */
const earliest = "315532800";
