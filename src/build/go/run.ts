// Runs the go command: no shell, its words line by line, and on an abort it goes with all its children.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { toolError } from "../../model/errors.ts";

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

/** After this go, which ends its work in order on SIGINT, is killed. */
const patienceMilliseconds = 5000;
const hasGroups = process.platform !== "win32";

/**
 * Runs go and waits for its end; also when aborted, so that no process outlives the call. Not execa: loading it costs more than all else
 * that an unchanged build does (94 ms), and it ends the child alone, not the compilers that the child has started.
 * @throws LambdaExtError `GoNotFound`; the signal's reason when aborted.
 */
export async function runGo(args: readonly string[], options: RunGoOptions): Promise<GoRun> {
  const { cwd, env, signal, onLine } = options;
  signal.throwIfAborted();
  // A process group of its own: so that the compilers can be ended with it.
  const child = spawn("go", args, {
    cwd,
    env,
    detached: hasGroups,
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stopWatching = endOnAbort(child, signal);
  const stdout: string[] = [];
  const stderr: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
  createInterface({ input: child.stderr }).on("line", (line) => {
    stderr.push(line);
    onLine?.(line);
  });
  try {
    const code = await new Promise<number | null>((resolve, reject) => {
      child.on("error", reject);
      child.on("close", resolve);
    });
    signal.throwIfAborted();
    return { ok: code === 0, stdout: stdout.join(""), stderr: stderr.join("\n") };
  } catch (error) {
    signal.throwIfAborted();
    throw (error as NodeJS.ErrnoException).code === "ENOENT" ? goNotFound(error) : error;
  } finally {
    stopWatching();
  }
}

function endOnAbort(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    // On SIGINT go removes its work folder; on SIGTERM it would leave it, and the compilers running.
    end(child, "SIGINT");
    timer = setTimeout(() => end(child, "SIGKILL"), patienceMilliseconds);
  };
  const kill = () => end(child, "SIGKILL");
  signal.addEventListener("abort", interrupt, { once: true });
  // A second Ctrl-C ends us at once; go must not stay behind, and is ended before its work folder is removed.
  process.prependOnceListener("exit", kill);
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
    process.off("exit", kill);
  };
}

function end(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    if (hasGroups) process.kill(-child.pid, signal);
    else child.kill(signal);
  } catch {
    // It has ended by itself meanwhile.
  }
}

function goNotFound(cause: unknown): Error {
  return toolError("The program cannot be built: there is no `go` command on the PATH.", {
    code: "GoNotFound",
    hint: "Install Go from https://go.dev/dl and open a new terminal, or add its bin folder to PATH.",
    cause,
  });
}
