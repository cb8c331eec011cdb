// Isolation `none`: plain processes of this machine, each in a process group of its own, marked so that none is lost.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { killMarked, makeMark, markedWith, markVariable } from "./marks.ts";
import { haveOpenPorts } from "./open-ports.ts";
import { type OutputPipe, openOutputPipe } from "./output-pipe.ts";
import { statusOf, treeOf } from "./proc.ts";
import type { Exit, ProcessSpec, Sandbox, SandboxPaths, SandboxProcess } from "./sandbox.ts";
import { sendSignal } from "./send-signal.ts";

interface PlainSandboxOptions {
  readonly paths: SandboxPaths;
  /** The FIFOs for the processes' output. */
  readonly pipes: string;
}

/** Makes the place; nothing runs yet. */
export function createPlainSandbox({ paths, pipes }: PlainSandboxOptions): Sandbox {
  const mark = makeMark(randomUUID());
  const living = new Map<ChildProcess, Promise<Exit>>();
  /** Open beyond a process's end: what it started may still have something to say. */
  const outputs = new Set<OutputPipe>();
  const signalAll = (signal: NodeJS.Signals) => {
    for (const child of living.keys()) signalGroup(child, signal);
  };

  const sweep = async () => {
    const exits = [...living.values()];
    signalAll("SIGCONT");
    signalAll("SIGKILL");
    await Promise.all(exits);
    await killMarked(mark);
    for (const output of outputs) output.close();
    outputs.clear();
  };
  return {
    paths,
    start(spec) {
      const output = openOutputPipe(join(pipes, String(spec.slot)), spec.onLine);
      outputs.add(output);
      const { child, started } = startProcess({ spec, output, mark });
      if (child) {
        living.set(child, started.exited);
        void started.exited.then(() => living.delete(child));
      }
      return started;
    },
    freeze: () => signalAll("SIGSTOP"),
    thaw: () => signalAll("SIGCONT"),
    peakMemory: () => [...living.keys()].reduce((sum, { pid }) => sum + (pid === undefined ? 0 : treePeak(pid)), 0),
    listens: (port) =>
      haveOpenPorts(
        markedWith(mark).map(({ pid }) => pid),
        port,
      ),
    sweep,
    destroy: sweep,
  };
}

interface StartInput {
  readonly spec: ProcessSpec;
  readonly output: OutputPipe;
  readonly mark: string;
}

function startProcess({ spec, output, mark }: StartInput): { child?: ChildProcess; started: SandboxProcess } {
  const [program, ...args] = spec.argv;
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: spec.cwd,
      env: { ...spec.env, [markVariable]: mark },
      stdio: ["ignore", output.writeFd, output.writeFd],
      // A process group of its own, as on Lambda: signals reach the children too.
      detached: true,
    });
  } catch (error) {
    // Arguments too long, no memory for another process.
    return { started: unstarted(errorCode(error)) };
  }
  output.started();
  const exited = new Promise<Exit>((resolve) => {
    child.once("error", (error) => resolve({ code: undefined, signal: undefined, startError: errorCode(error) }));
    child.once("exit", (code, signal) => resolve({ code: code ?? undefined, signal: signal ?? undefined }));
  }).then((exit) => {
    output.drain(true);
    return exit;
  });
  const started: SandboxProcess = {
    exited,
    signal: (name) => signalGroup(child, name),
    drain: output.drain,
  };
  return child.pid === undefined ? { started } : { child, started };
}

function unstarted(startError: string): SandboxProcess {
  return {
    exited: Promise.resolve({ code: undefined, signal: undefined, startError }),
    signal: () => {},
    drain: () => {},
  };
}

function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "EUNKNOWN";
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  // Once it has been reaped its number may be another group's: leave it alone. Its children are found by their mark.
  if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) sendSignal(-child.pid, signal);
}

function treePeak(pid: number): number {
  return treeOf(pid).reduce((sum, each) => sum + (statusOf(each)?.peakBytes ?? 0), 0);
}
