// A built extension as a process, started as Lambda starts it.
import { type ChildProcess, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

/** The process. */
export interface ExtensionProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended, with all that it has logged. */
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>;
}

/** A program that starts the extension's file, which it finds behind its own words. */
export interface Starter {
  readonly words: readonly [string, ...string[]];
  /** What it finds open as file 3. */
  readonly open?: number | undefined;
}

/** Starts the file with this environment and nothing else. */
export function startExtension(
  file: string,
  env: Readonly<Record<string, string>>,
  { words: [program, ...args], open }: Starter = { words: [file] },
): ExtensionProcess {
  const child = spawn(program, program === file ? args : [...args, file], {
    env,
    cwd: "/",
    stdio: ["ignore", "pipe", "inherit", ...(open === undefined ? [] : [open])],
  });
  const log = text(child.stdout as Readable);
  const ended = new Promise<{ code: number | null; log: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", async (code) => resolve({ code, log: await log }));
  });
  return { child, ended };
}
