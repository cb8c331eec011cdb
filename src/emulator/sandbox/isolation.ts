// Finds out how far this machine can keep environments apart, by trying the very command line that will be used.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { usageError } from "../../model/errors.ts";
import type { Isolation } from "../execution.ts";
import { type BwrapSetup, bwrapArguments } from "./bwrap-arguments.ts";
import { findProgram } from "./programs.ts";

/** What was found, with what is needed to use it. */
export interface DetectedIsolation extends Isolation {
  /** Present at level `bwrap`. */
  readonly bwrap?: BwrapSetup | undefined;
}

interface DetectOptions {
  /** `auto` takes the best that works. */
  readonly wanted: "auto" | "bwrap" | "none";
  readonly env: NodeJS.ProcessEnv;
  /** Where the folders for the trial come to lie. */
  readonly directory: string;
  readonly platform?: NodeJS.Platform | undefined;
}

const remedies = {
  install: "Install bubblewrap from the distribution (apt install bubblewrap, dnf install bubblewrap).",
  forbidden:
    "Let unprivileged users make user namespaces: on Ubuntu 24.04 and later with the AppArmor profile for /usr/bin/bwrap (apt install apparmor-profiles), in a container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined.",
  linux: "Run functions in a Linux virtual machine or in WSL 2; everything else works here.",
} as const;

/**
 * Finds the isolation level.
 * @throws LambdaExtError `IsolationUnavailable` where `bwrap` is wanted and does not work.
 */
export async function detectIsolation(options: DetectOptions): Promise<DetectedIsolation> {
  const { wanted, env, platform = process.platform } = options;
  if (platform !== "linux") {
    return { level: "none", reason: `Functions run on Linux only; this is ${platform}.`, remedy: remedies.linux };
  }
  if (wanted === "none") return { level: "none", reason: "Isolation none was asked for." };
  const program = findProgram("bwrap", env);
  const tried = program ? await tryBwrap(program, options.directory) : "bubblewrap (bwrap) is not installed.";
  if (typeof tried !== "string") return tried;
  const remedy = program ? remedies.forbidden : remedies.install;
  if (wanted === "bwrap") {
    throw usageError(`Isolation bwrap was asked for and does not work here: ${tried}`, {
      code: "IsolationUnavailable",
      hint: remedy,
    });
  }
  return { level: "none", reason: tried, remedy };
}

/** The first setup that works, or why the likeliest one does not. */
async function tryBwrap(program: string, directory: string): Promise<DetectedIsolation | string> {
  const asRoot = process.getuid?.() === 0;
  const help = await helpOf(program);
  const tmpOptions = (["--size", "--perms"] as const).filter((option) => help.includes(option));
  const setups = (asRoot ? [true, false] : [true]).map((userNamespace) => ({
    ...{ program, userNamespace, tmpOptions, asRoot },
  }));
  let problem = "";
  for (const bwrap of setups) {
    const failure = await trySetup(bwrap, directory);
    if (failure === undefined) return { level: "bwrap", reason: "bubblewrap works.", bwrap };
    problem ||= failure;
  }
  return `${program} does not work: ${problem}`;
}

async function helpOf(program: string): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, ["--help"], { timeout: 5000 });
    return stdout + stderr;
  } catch {
    return "";
  }
}

async function trySetup(setup: BwrapSetup, directory: string): Promise<string | undefined> {
  await mkdir(directory, { recursive: true });
  const folder = await mkdtemp(join(directory, "probe-"));
  try {
    const file = join(folder, "file");
    await writeFile(file, "");
    const args = bwrapArguments(setup, {
      ...{ task: folder, opt: folder, runtime: folder, pipes: folder, hostsFile: file, passwdFile: file },
      ...{ ephemeralStorage: 512, keep: [], languagePrograms: { sh: "/bin/sh" } },
    });
    await promisify(execFile)(setup.program, [...args, "/bin/sh", "-c", "test -d /var/task && echo yes >/tmp/file"], {
      timeout: 10_000,
      env: { PATH: "/usr/bin:/bin" },
    });
    return undefined;
  } catch (error) {
    const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : "";
    return words || (error instanceof Error ? error.message : String(error));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
