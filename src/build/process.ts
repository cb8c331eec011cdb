// Runs a program that builds: no shell, its words line by line, and on an abort it goes with all its children.
import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** How a program ended, and what it said. */
export interface ProgramRun {
  /** null where a signal ended it. */
  readonly status: number | null;
  readonly endedBy: NodeJS.Signals | null;
  readonly stdout: string;
}

interface RunOptions {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Each line of its standard error as it comes. */
  readonly onLine: (line: string) => void;
  /** The same for its standard output, which is then not kept. */
  readonly onOutput?: (line: string) => void;
}

/** After this a program, which is to end its work in order on SIGINT, is killed. */
const patienceMilliseconds = 5000;
/** How long what a program has left running in its group may hold its output after it has ended itself. */
const leftoverMilliseconds = 1000;
const hasGroups = process.platform !== "win32";

/**
 * Runs a program and waits for its end; also when aborted, so that no process outlives the call. Not execa: loading it costs more than all
 * else that an unchanged build does (94 ms), and it ends the child alone, not the compilers that the child has started.
 * @throws the system's error where it cannot be started; the signal's reason when aborted.
 */
export async function runProgram(program: string, args: readonly string[], options: RunOptions): Promise<ProgramRun> {
  const { cwd, env, signal, onLine, onOutput } = options;
  signal.throwIfAborted();
  // A process group of its own: so that its children can be ended with it.
  const child = spawn(program, args, {
    cwd,
    env,
    detached: hasGroups,
    windowsHide: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const stopWatching = endOnAbort(child, signal);
  const stdout: string[] = [];
  if (onOutput) createInterface({ input: child.stdout }).on("line", onOutput);
  else child.stdout.setEncoding("utf8").on("data", (text: string) => stdout.push(text));
  createInterface({ input: child.stderr }).on("line", onLine);
  try {
    const [status, endedBy] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
      let timer: NodeJS.Timeout | undefined;
      child.on("error", reject);
      child.on("exit", () => {
        // Whoever still writes to its output was started by it: the build would wait for them for good.
        timer = setTimeout(() => {
          end(child, "SIGKILL");
          // A daemon has left the group: it may run on, with nobody listening.
          timer = setTimeout(letGo, leftoverMilliseconds, child);
        }, leftoverMilliseconds);
      });
      child.on("close", (...ending) => {
        clearTimeout(timer);
        resolve(ending);
      });
    });
    signal.throwIfAborted();
    return { status, endedBy, stdout: stdout.join("") };
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    stopWatching();
    // Children that write nowhere and heed no SIGINT, as those that a shell starts with `&`.
    if (signal.aborted) end(child, "SIGKILL");
  }
}

function endOnAbort(child: ChildProcess, signal: AbortSignal): () => void {
  let timer: NodeJS.Timeout | undefined;
  const interrupt = () => {
    // On SIGINT go removes its work folder, and make the target; on SIGTERM go would leave it, and the compilers running.
    end(child, "SIGINT");
    timer = setTimeout(() => end(child, "SIGKILL"), patienceMilliseconds);
  };
  const kill = () => end(child, "SIGKILL");
  signal.addEventListener("abort", interrupt, { once: true });
  // A second Ctrl-C ends us at once; the program must not stay behind, and is ended before its work folder is removed.
  process.prependOnceListener("exit", kill);
  return () => {
    clearTimeout(timer);
    signal.removeEventListener("abort", interrupt);
    process.off("exit", kill);
  };
}

function letGo(child: ChildProcess): void {
  child.stdout?.destroy();
  child.stderr?.destroy();
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
