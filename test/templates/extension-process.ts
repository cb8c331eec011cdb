// A built extension as a process, started as Lambda starts it.
import { type ChildProcess, spawn } from "node:child_process";
import { text } from "node:stream/consumers";

/** The process. */
export interface ExtensionProcess {
  readonly child: ChildProcess;
  /** Resolves when it has ended, with all that it has logged. */
  readonly ended: Promise<{ readonly code: number | null; readonly log: string }>;
}

/** Starts the file with this environment and nothing else. */
export function startExtension(file: string, env: Readonly<Record<string, string>>): ExtensionProcess {
  const child = spawn(file, [], { env, cwd: "/", stdio: ["ignore", "pipe", "inherit"] });
  const log = text(child.stdout);
  const ended = new Promise<{ code: number | null; log: string }>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", async (code) => resolve({ code, log: await log }));
  });
  return { child, ended };
}
