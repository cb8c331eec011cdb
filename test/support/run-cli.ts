// Runs the bundle that ships, as a person would.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { packageRoot } from "../../src/model/package.ts";

/** What a run of the command line gave. */
export interface CliResult {
  /** null where a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface RunOptions {
  readonly cwd?: string;
  /** Added to (or, with undefined, taken from) this process's environment. */
  readonly env?: Record<string, string | undefined>;
  readonly input?: string | Buffer;
  readonly signal?: AbortSignal;
}

/** The file that `lambda-ext` runs. */
export const bin = join(packageRoot, "bin", "lambda-ext.js");

/** Runs `lambda-ext` with these arguments. */
export function runCli(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  const child = spawn(process.execPath, [bin, ...args], {
    cwd: options.cwd,
    env: { ...process.env, NO_COLOR: "1", ...options.env },
    stdio: ["pipe", "pipe", "pipe"],
    ...(options.signal && { signal: options.signal }),
  });
  child.stdin.on("error", () => {});
  child.stdin.end(options.input);
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout.on("data", (chunk) => stdout.push(chunk));
  child.stderr.on("data", (chunk) => stderr.push(chunk));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}
