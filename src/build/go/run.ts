// Runs the go command.
import { toolError } from "../../model/errors.ts";
import { runProgram } from "../process.ts";

/** What a run of go gave. */
export interface GoRun {
  readonly ok: boolean;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunGoOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Each line of its standard error as it comes. */
  readonly onLine?: (line: string) => void;
}

/**
 * Runs go and waits for its end.
 * @throws LambdaExtError `GoNotFound`; the signal's reason when aborted.
 */
export async function runGo(args: readonly string[], options: RunGoOptions): Promise<GoRun> {
  const stderr: string[] = [];
  const onLine = (line: string) => {
    stderr.push(line);
    options.onLine?.(line);
  };
  try {
    const { status, stdout } = await runProgram("go", args, { ...options, onLine });
    return { ok: status === 0, stdout, stderr: stderr.join("\n") };
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? goNotFound(error) : error;
  }
}

function goNotFound(cause: unknown): Error {
  return toolError("The program cannot be built: there is no `go` command on the PATH.", {
    code: "GoNotFound",
    hint: "Install Go from https://go.dev/dl and open a new terminal, or add its bin folder to PATH.",
    cause,
  });
}
