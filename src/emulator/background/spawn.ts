// Starts the process that serves a folder in the background, cut off from everything that the command is tied to.
import { spawn } from "node:child_process";
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { type ErrorKind, toolError } from "../../model/errors.ts";
import { interpreterVariables } from "../runtimes/interpreter-variables.ts";
import { settingNamed, settingNames } from "../settings.ts";
import { logFile } from "./folder.ts";
import { endpointEntry } from "./status.ts";

/** What the new process says over the IPC channel, once. */
export type SpawnReport =
  | { readonly kind: "ready" }
  | { readonly kind: "rival" }
  | {
      readonly kind: "failed";
      readonly whose: ErrorKind;
      readonly code: string;
      readonly message: string;
      readonly hint?: string | undefined;
    };

/** Variables that the endpoint and the runtimes under it need; nothing else of the command's surroundings goes along. */
const kept =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|XDG_\w+|CI|JAVA_HOME|LAMBDA_EXT_(LOCAL_DIR|IDLE_SECONDS)|SYSTEMROOT|SYSTEMDRIVE|WINDIR|COMSPEC|PATHEXT|USERPROFILE|LOCALAPPDATA|APPDATA|PROGRAMFILES|PROGRAMDATA)$/i;
const ours = new Set<string>([...settingNames.map((name) => settingNamed(name).variable), ...interpreterVariables]);
const mostLogBytes = 1_000_000;
const patienceMilliseconds = 30_000;

/** Starts the process and waits until it serves the folder, or has found somebody who does. */
export async function spawnEndpoint(
  directory: string,
  { env, signal }: { readonly env: NodeJS.ProcessEnv; readonly signal: AbortSignal },
): Promise<SpawnReport> {
  signal.throwIfAborted();
  if (!existsSync(endpointEntry)) {
    throw toolError(`The local endpoint cannot be started: ${endpointEntry} is missing.`, {
      code: "NotBundled",
      hint: "In a clone, run: npm run bundle",
    });
  }
  const log = openLog(directory);
  const child = spawn(process.execPath, [endpointEntry, directory], {
    detached: true,
    windowsHide: true,
    // So that no folder or disk is kept busy.
    cwd: "/",
    env: { ...cleanEnvironment(env), LAMBDA_EXT_LOCAL_DIR: directory },
    // The log instead of the command's pipes: `… | cat` would never end.
    stdio: ["ignore", log, log, "ipc"],
  });
  closeSync(log);
  try {
    return await new Promise<SpawnReport>((resolve, reject) => {
      const failed = (reason: string) => reject(startFailure(directory, reason));
      const timer = setTimeout(() => failed("it did not report within 30 seconds"), patienceMilliseconds);
      const abort = () => reject(signal.reason);
      signal.addEventListener("abort", abort, { once: true });
      child.once("message", (report) => resolve(report as SpawnReport));
      child.once("error", (error) => failed(error.message));
      child.once("exit", (code, by) => failed(by ? `it was ended by ${by}` : `it ended with status ${code}`));
      child.once("message", () => clearTimeout(timer));
      timer.unref();
    });
  } finally {
    child.removeAllListeners();
    if (child.connected) child.disconnect();
    child.unref();
  }
}

/** The variables that go along. */
export function cleanEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => kept.test(name) || ours.has(name)));
}

function openLog(directory: string): number {
  const file = logFile(directory);
  if (existsSync(file) && statSync(file).size > mostLogBytes) renameSync(file, `${file}.1`);
  return openSync(file, "a", 0o600);
}

function startFailure(directory: string, reason: string): Error {
  const last = readFileSync(logFile(directory), "utf8").trimEnd().split("\n").slice(-3).join("\n");
  return toolError(`The local endpoint could not be started: ${reason}.${last ? `\n${last}` : ""}`, {
    code: "EndpointNotStarted",
    hint: `Its log is ${logFile(directory)}.`,
  });
}
