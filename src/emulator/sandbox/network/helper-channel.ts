// The tool's end of a helper (helper.cjs): asks it for sockets of its network.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { Server, Socket } from "node:net";
import { join } from "node:path";
import { packageRoot } from "../../../model/package.ts";
import { killMarked, makeMark, markVariable } from "../marks.ts";

/** Plain JavaScript: it runs as it lies, also in an installed package. */
const helperFile = join(packageRoot, "src", "emulator", "sandbox", "network", "helper.cjs");

/** How long a helper may take to start; milliseconds. Node needs 50, on a busy machine some hundreds. */
const startMilliseconds = 10_000;

/** A helper that runs. */
export interface HelperChannel {
  /** Its process number on this machine. */
  readonly pid: number;
  /** A listening socket on its 127.0.0.1. */
  listen(port: number): Promise<Server>;
  /** A connection to its 127.0.0.1; whoever gets it must take care of its errors. */
  connect(port: number): Promise<Socket>;
  /** Resolves when it has ended, with its last words. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

interface Message {
  readonly id?: number;
  readonly pid?: number;
  readonly error?: string;
}

interface Question {
  resolve(handle: unknown): void;
  reject(error: Error): void;
}

/** Starts a helper with the command line that puts it into its network; rejects where it does not start. */
export async function startHelper([program = "", ...args]: readonly string[]): Promise<HelperChannel> {
  const mark = makeMark(randomUUID());
  const child = spawn(program, [...args, process.execPath, helperFile], {
    // Nothing of this process's own environment: NODE_OPTIONS would reach it.
    env: { PATH: "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", [markVariable]: mark },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
    detached: true,
  });
  const questions = new Map<number, Question>();
  let count = 0;
  const ended = endOf(child).then((reason) => {
    for (const { reject } of questions.values()) reject(new Error(`the network's helper ended: ${reason}`));
    questions.clear();
    return reason;
  });
  const ask = (question: { readonly listen: number } | { readonly dial: number }): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const id = count++;
      questions.set(id, { resolve, reject });
      child.send({ id, ...question }, (error) => {
        if (error) reject(error);
      });
    });
  const ready = new Promise<number>((resolve) => {
    child.on("message", ({ id = -1, pid, error }: Message, handle) => {
      if (pid !== undefined) resolve(pid);
      const question = questions.get(id);
      questions.delete(id);
      if (error !== undefined) question?.reject(new Error(error));
      else question?.resolve(handle);
    });
  });
  const close = async () => {
    // It has nothing to put in order; bubblewrap around it takes it along (--die-with-parent).
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) child.kill("SIGKILL");
    await ended;
  };
  const pid = await Promise.race([ready, ended, tooLate()]);
  if (typeof pid !== "number") {
    // bubblewrap, killed while it starts, leaves half of itself behind.
    await Promise.all([close(), killMarked(mark)]);
    throw new Error(pid || "it ended without a word");
  }
  return {
    ...{ pid, ended, close },
    listen: async (port) => expectHandle(await ask({ listen: port }), Server),
    connect: async (port) => expectHandle(await ask({ dial: port }), Socket),
  };
}

/** Resolves with its last words. */
function endOf(child: ChildProcess): Promise<string> {
  let lastWords = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    lastWords = `${lastWords}${chunk.toString()}`.slice(-2000);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      resolve(lastWords.trim() || (signal ? `ended by ${signal}` : `ended with status ${code}`));
    });
  });
}

function tooLate(): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve("it did not start within 10 seconds"), startMilliseconds).unref();
  });
}

function expectHandle<Handle>(handle: unknown, kind: new () => Handle): Handle {
  if (handle instanceof kind) return handle;
  throw new Error("the network's helper gave no socket");
}
