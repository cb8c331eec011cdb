// Runs the bundle that ships, as a person would.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
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

const stateFolder = join(tmpdir(), "lambda-ext-test-state");

/** The file that `lambda-ext` runs. */
export const bin = join(packageRoot, "bin", "lambda-ext.js");

/** Runs `lambda-ext` with these arguments; a signal that aborts ends it with SIGTERM. */
export async function runCli(args: readonly string[], options: RunOptions = {}): Promise<CliResult> {
  const { exitCode, stdout, stderr } = await execa(process.execPath, [bin, ...args], {
    cwd: options.cwd ?? process.cwd(),
    // What a person's own publishes have written down is none of the tests' business.
    env: { NO_COLOR: "1", ...(!options.env?.HOME && { XDG_STATE_HOME: stateFolder }), ...options.env },
    input: options.input ?? "",
    reject: false,
    stripFinalNewline: false,
    forceKillAfterDelay: false,
    ...(options.signal && { cancelSignal: options.signal }),
  });
  return { code: exitCode ?? null, stdout, stderr };
}
