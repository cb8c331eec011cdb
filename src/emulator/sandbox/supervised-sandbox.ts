// A place with a shell inside (levels `bwrap` and `namespace`) that starts, stops and counts the environment's processes. It lives as
// long as the environment, so that /tmp outlasts a reset.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { within } from "../within.ts";
import { killMarked, makeMark, markVariable } from "./marks.ts";
import { haveOpenPorts } from "./open-ports.ts";
import { type OutputPipe, openOutputPipe } from "./output-pipe.ts";
import { ownShell, placePaths } from "./place.ts";
import { childrenOf, statusOf, treeOf } from "./proc.ts";
import type { EndSignal, Exit, Sandbox, SandboxProcess } from "./sandbox.ts";
import {
  freezeCommand,
  goneCommand,
  prelude,
  signalCommand,
  startCommand,
  sweepCommand,
  thawCommand,
} from "./supervisor-script.ts";

/** A killed process is gone within milliseconds; longer means that it hangs in the kernel. */
const sweepMilliseconds = 1000;

/** Between the end of a process and the moment at which who waits for it has told. */
const watcherMilliseconds = 100;

interface Running {
  pid: number | undefined;
  /** Signals that came before its number. */
  readonly pending: EndSignal[];
  started(): void;
  ended(exit: Exit): void;
  readonly exited: Promise<Exit>;
}

interface SupervisedSandboxOptions {
  /** The command line that makes the place and runs what follows in it. */
  readonly command: readonly string[];
  /** The FIFOs for the processes' output. */
  readonly pipes: string;
}

/** Makes the place; `onLost` is told where it ends although nobody asked it to, with its last words. */
export function createSupervisedSandbox(
  { command: [program = "", ...args], pipes }: SupervisedSandboxOptions,
  onLost: (reason: string) => void,
): Sandbox {
  const mark = makeMark(randomUUID());
  const child = spawn(program, [...args, ownShell], {
    // Nothing of this process's own environment may get in. The mark is for those moments of its start in which bubblewrap would leave
    // half of itself behind where the other half is killed.
    env: { PATH: "/usr/local/bin:/usr/bin:/bin", [markVariable]: mark },
    stdio: ["pipe", "ignore", "pipe", "pipe"],
    detached: true,
  });
  const running = new Map<string, Running>();
  /** Open beyond a process's end: what it started may still have something to say. */
  const outputs = new Set<OutputPipe>();
  let count = 0;
  let swept: (() => void) | undefined;
  let ending = false;
  let lastWords = "";
  const ended = new Promise<void>((resolve) => {
    let over = false;
    const lost = (error?: Error) => {
      if (over) return;
      over = true;
      // First the reason, then what follows from it.
      if (!ending) onLost(error?.message ?? lastWords.trim());
      for (const process of running.values()) process.ended({ code: undefined, signal: "SIGKILL" });
      swept?.();
      resolve();
    };
    child.once("error", lost);
    // Half of it may have been left behind, with the other ends of the pipes that "close" waits for.
    child.once("exit", (code) => code !== 0 && void killMarked(mark));
    child.once("close", () => lost());
  });
  const tell = (command: string) => void child.stdin?.write(command);

  child.stdin?.on("error", () => {});
  child.stderr?.on("data", (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-2000);
  });
  hear(child, (words) => {
    const [kind, name = "", value = ""] = words;
    if (kind === "swept") swept?.();
    const process = running.get(name);
    if (kind === "pid" && process) {
      process.pid = Number(value);
      process.started();
      for (const signal of process.pending) tell(signalCommand(process.pid, signal));
    }
    if (kind === "exit") process?.ended(exitOf(Number(value)));
    // Who waits for it would have said how it ended, unless he was killed himself.
    if (kind === "gone") setTimeout(() => process?.ended({ code: undefined, signal: "SIGKILL" }), watcherMilliseconds);
  });
  tell(prelude);

  const sweep = async () => {
    tell(thawCommand);
    for (const { pid } of running.values()) if (pid !== undefined) tell(signalCommand(pid, "SIGKILL"));
    const gone = new Promise<void>((resolve) => {
      swept = resolve;
    });
    tell(sweepCommand);
    await within(Promise.race([gone, ended]), sweepMilliseconds);
    // Their watchers were killed too and tell nothing more.
    for (const process of running.values()) process.ended({ code: undefined, signal: "SIGKILL" });
    for (const output of outputs) output.close();
    outputs.clear();
  };

  return {
    paths: placePaths,
    start(spec) {
      const name = String(count++);
      const askAfterIt = (times: number) => {
        const pid = running.get(name)?.pid;
        if (pid === undefined || times === 0) return;
        tell(goneCommand(name, pid));
        // It may be there still, as one of whose end nobody has taken note.
        setTimeout(() => askAfterIt(times - 1), watcherMilliseconds);
      };
      const output = openOutputPipe(join(pipes, String(spec.slot)), spec.onLine, () => askAfterIt(5));
      outputs.add(output);
      const process = track(output, () => running.delete(name));
      running.set(name, process);
      tell(startCommand(name, spec));
      if (child.exitCode !== null || child.signalCode !== null) process.ended({ code: undefined, signal: "SIGKILL" });
      const started: SandboxProcess = {
        exited: process.exited,
        signal(signal) {
          if (!running.has(name)) return;
          if (process.pid === undefined) process.pending.push(signal);
          else tell(signalCommand(process.pid, signal));
        },
        drain: output.drain,
      };
      return started;
    },
    freeze: () => tell(freezeCommand),
    thaw: () => tell(thawCommand),
    peakMemory() {
      const mains = new Set([...running.values()].map(({ pid }) => pid));
      return child.pid === undefined ? 0 : peakBelow(child.pid, (inner) => mains.has(inner));
    },
    listens: (port) => child.pid !== undefined && haveOpenPorts(treeOf(child.pid), port),
    sweep,
    async destroy() {
      ending = true;
      if (child.exitCode === null && child.signalCode === null) await sweep();
      // All that is left is the shell.
      child.stdin?.end("exit 0\n");
      if (!(await within(ended, sweepMilliseconds))) await killMarked(mark);
      await ended;
      for (const output of outputs) output.close();
    },
  };
}

function track(output: OutputPipe, forget: () => void): Running {
  let resolveExit: (exit: Exit) => void = () => {};
  const exited = new Promise<Exit>((resolve) => {
    resolveExit = resolve;
  });
  return {
    pid: undefined,
    pending: [],
    started: output.started,
    exited,
    ended(exit) {
      output.started();
      output.drain(true);
      forget();
      resolveExit(exit);
    },
  };
}

function hear(child: ChildProcess, onWords: (words: string[]) => void): void {
  // None at all where there was no file descriptor left: "error" tells.
  const stream = child.stdio?.[3];
  if (!stream || !("readable" in stream)) return;
  stream.on("error", () => {});
  createInterface({ input: stream as NodeJS.ReadableStream }).on("line", (line) => onWords(line.split(" ")));
}

/**
 * A shell says 128 + n for signal n, and can't tell it from a program that exits with that number. 128 and 129 are taken for the
 * latter: Node.js programs on Lambda use both, and nobody sends SIGHUP here.
 */
function exitOf(status: number): Exit {
  const signals: Record<number, NodeJS.Signals> = {
    130: "SIGINT",
    131: "SIGQUIT",
    132: "SIGILL",
    133: "SIGTRAP",
    134: "SIGABRT",
    135: "SIGBUS",
    136: "SIGFPE",
    137: "SIGKILL",
    139: "SIGSEGV",
    141: "SIGPIPE",
    143: "SIGTERM",
  };
  const signal = signals[status];
  return signal ? { code: undefined, signal } : { code: status, signal: undefined };
}

/** Sums over the processes that `isMain` knows and over their children; the shell and its waiting children are ours, not the function's. */
function peakBelow(pid: number, isMain: (innerPid: number) => boolean, counted = false): number {
  const status = statusOf(pid);
  const counts = counted || (status !== undefined && isMain(status.innerPid));
  const own = counts ? (status?.peakBytes ?? 0) : 0;
  return childrenOf(pid).reduce((sum, child) => sum + peakBelow(child, isMain, counts), own);
}
