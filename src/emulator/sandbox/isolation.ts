// Finds out how far this machine can keep environments apart, by trying the very command line that will be used.
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { usageError } from "../../model/errors.ts";
import type { Isolation, IsolationLevel } from "../execution.ts";
import { type BwrapSetup, bwrapCommand, bwrapNetworkCommand } from "./bwrap-command.ts";
import {
  findNamespacePrograms,
  type NamespaceSetup,
  namespaceCommand,
  namespaceNetworkCommand,
} from "./namespace-command.ts";
import type { PlaceContents } from "./place.ts";
import { tryPlace } from "./place-trial.ts";
import { findProgram } from "./programs.ts";

/** What was found, with what is needed to use it. */
export interface DetectedIsolation extends Isolation {
  /** Present at the levels that make a place: the command line that does, up to what is to run in it. */
  readonly command?: ((contents: PlaceContents) => string[]) | undefined;
  /** Present there too. */
  readonly network?: NetworkWay | undefined;
}

/** How a level puts a command into a network of its own; whether that works here is another question. */
export interface NetworkWay {
  /** The command line, up to what is to run in it. */
  readonly command: readonly string[];
  /** It has a user namespace too, and who enters the one enters the other. */
  readonly userNamespace: boolean;
}

/** A way to make places. */
interface Way {
  command(contents: PlaceContents): string[];
  readonly network: NetworkWay;
}

interface DetectOptions {
  /** `auto` takes the best that works. */
  readonly wanted: IsolationLevel | "auto";
  readonly env: NodeJS.ProcessEnv;
  /** Where the folders for the trial come to lie. */
  readonly directory: string;
  readonly platform?: NodeJS.Platform | undefined;
}

/** A level that does not work. */
interface Problem {
  readonly problem: string;
  readonly remedy: string;
}

const remedies = {
  bwrap: "Install bubblewrap from the distribution (apt install bubblewrap, dnf install bubblewrap).",
  utilLinux: "Install util-linux (apk add util-linux setpriv), or bubblewrap.",
  forbidden:
    "Let unprivileged users make user namespaces: on Ubuntu 24.04 and later with the AppArmor profile for /usr/bin/bwrap (apt install apparmor-profiles), in a container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined.",
  linux: "Run functions in a Linux virtual machine or in WSL 2; everything else works here.",
} as const;

/** From the best down. */
const trials = [
  { level: "bwrap", attempt: tryBwrap },
  { level: "namespace", attempt: tryNamespace },
] as const;

/**
 * Finds the isolation level.
 * @throws LambdaExtError `IsolationUnavailable` where a level is wanted that does not work.
 */
export async function detectIsolation(options: DetectOptions): Promise<DetectedIsolation> {
  const { wanted, platform = process.platform } = options;
  if (platform !== "linux") {
    return { level: "none", reason: `Functions run on Linux only; this is ${platform}.`, remedy: remedies.linux };
  }
  if (wanted === "none") return { level: "none", reason: "Isolation none was asked for." };
  const problems: Problem[] = [];
  for (const { level, attempt } of trials) {
    if (wanted !== "auto" && wanted !== level) continue;
    const tried = await attempt(options);
    if ("level" in tried)
      return { ...tried, reason: [tried.reason, ...problems.map(({ problem }) => problem)].join(" ") };
    problems.push(tried);
  }
  const reason = problems.map(({ problem }) => problem).join(" ");
  const remedy = remedyOf(problems);
  if (wanted === "auto") return { level: "none", reason, remedy };
  throw usageError(`Isolation ${wanted} was asked for and does not work here: ${reason}`, {
    code: "IsolationUnavailable",
    hint: remedy,
  });
}

/** For the best level; and where that only has to be installed, also for what would forbid it to work afterwards. */
function remedyOf(problems: readonly Problem[]): string {
  const chosen = problems.filter(({ remedy }, index) => index === 0 || remedy === remedies.forbidden);
  return [...new Set(chosen.map(({ remedy }) => remedy))].join(" ");
}

async function tryBwrap({ env, directory }: DetectOptions): Promise<DetectedIsolation | Problem> {
  const program = findProgram("bwrap", env);
  if (!program) return { problem: "bubblewrap (bwrap) is not installed.", remedy: remedies.bwrap };
  const asRoot = process.getuid?.() === 0;
  const help = await helpOf(program);
  const tmpOptions = (["--size", "--perms"] as const).filter((option) => help.includes(option));
  const setups = (asRoot ? [true, false] : [true]).map(
    (userNamespace): BwrapSetup => ({ program, userNamespace, tmpOptions, asRoot }),
  );
  const ways = setups.map(
    (setup): Way => ({
      command: (contents) => bwrapCommand(setup, contents),
      network: { command: bwrapNetworkCommand(setup), userNamespace: setup.userNamespace },
    }),
  );
  const found = await firstThatWorks(ways, directory);
  if (typeof found !== "string") return { level: "bwrap", reason: "bubblewrap works.", ...found };
  return { problem: `${program} does not work: ${found}`, remedy: remedies.forbidden };
}

async function tryNamespace({ env, directory }: DetectOptions): Promise<DetectedIsolation | Problem> {
  const programs = findNamespacePrograms(env);
  if ("missing" in programs) {
    return { problem: `${programs.missing} of util-linux is not installed.`, remedy: remedies.utilLinux };
  }
  const setups: Omit<NamespaceSetup, "programs">[] =
    process.getuid?.() === 0
      ? [true, false].map((userNamespace) => ({ userNamespace, sandboxUser: false }))
      : [true, false].map((sandboxUser) => ({ userNamespace: true, sandboxUser }));
  const ways = setups.map(
    (setup): Way => ({
      command: (contents) => namespaceCommand({ programs, ...setup }, contents),
      network: { command: namespaceNetworkCommand({ programs, ...setup }), userNamespace: setup.userNamespace },
    }),
  );
  const found = await firstThatWorks(ways, directory);
  if (typeof found !== "string") {
    return { level: "namespace", reason: "unshare and mount of util-linux work.", ...found };
  }
  return { problem: `${programs.unshare} does not work: ${found}`, remedy: remedies.forbidden };
}

async function helpOf(program: string): Promise<string> {
  try {
    const { stdout, stderr } = await promisify(execFile)(program, ["--help"], { timeout: 5000 });
    return stdout + stderr;
  } catch {
    return "";
  }
}

/** The first that works, or why the likeliest one, which is the first, does not. */
async function firstThatWorks(ways: readonly Way[], directory: string): Promise<Way | string> {
  let problem = "";
  for (const way of ways) {
    const failure = await tryPlace((contents) => way.command(contents), directory);
    if (failure === undefined) return way;
    problem ||= failure;
  }
  return problem;
}
