// The command lines that put a process into a network of its own, and others into the same.
import type { DetectedIsolation } from "../isolation.ts";
import { tryPlace } from "../place-trial.ts";
import { findSystemProgram } from "../programs.ts";
import type { NetworkCommands } from "./private-network.ts";

/** Why there are no private networks. */
export interface NetworkProblem {
  readonly reason: string;
  /** What to do about it. */
  readonly remedy?: string | undefined;
}

interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  /** Where the folders for a trial come to lie. */
  readonly directory: string;
}

/** Those of the isolation level that was found; whether they work is another question. */
export function networkCommands(
  { level, network, command, remedy }: DetectedIsolation,
  { env, directory }: Surroundings,
): NetworkCommands | NetworkProblem {
  if (!network || !command) return { reason: `isolation ${level} has none to give.`, remedy };
  const nsenter = findSystemProgram("nsenter", env);
  if (!nsenter) return { reason: "nsenter of util-linux is not installed.", remedy: "Install util-linux." };
  return {
    make: network.command,
    attempt: (entrance) => tryPlace((contents) => [...entrance, ...command(contents)], directory),
    enter: (pid) => [
      nsenter,
      // Who has no rights here has them in there.
      ...(network.userNamespace ? ["--preserve-credentials", `--user=/proc/${pid}/ns/user`] : []),
      ...[`--net=/proc/${pid}/ns/net`, "--"],
    ],
  };
}
