// Keeps folders with FIFOs ready: Node cannot make one, so a program does, and no cold start should wait for it.
import { execFile } from "node:child_process";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { toolError } from "../../model/errors.ts";
import { findSystemProgram } from "./programs.ts";

/** Ten extensions and the runtime. */
export const pipesPerSandbox = 11;

const names = Array.from({ length: pipesPerSandbox }, (_, slot) => String(slot));

/** A supply of folders that hold the FIFOs `0` to `10`. */
export interface PipeFolders {
  /** A fresh folder; the next one is being made meanwhile. */
  take(): Promise<string>;
  giveBack(folder: string): Promise<void>;
  /** Waits for the one that is being made: nothing may be written any more. */
  close(): Promise<void>;
}

interface PipeFoldersOptions {
  /** Where the folders come to lie. */
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
}

/** Starts a supply. */
export function createPipeFolders({ directory, env }: PipeFoldersOptions): PipeFolders {
  let made = 0;
  let next = makeFolder();

  async function makeFolder(): Promise<string> {
    const program = findSystemProgram("mkfifo", env);
    if (!program) {
      throw toolError("Starting an execution environment failed: this machine has no mkfifo.", {
        code: "ServiceException",
        hint: "Install coreutils (or busybox).",
      });
    }
    const folder = join(directory, String(made++));
    await mkdir(folder, { recursive: true, mode: 0o700 });
    try {
      await promisify(execFile)(program, names, { cwd: folder });
    } catch (error) {
      const words = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
      throw toolError(`Starting an execution environment failed: no pipes can be made in ${folder}: ${words}`, {
        code: "ServiceException",
        hint: "Point LAMBDA_EXT_LOCAL_DIR at a folder of a Linux file system.",
        cause: error,
      });
    }
    return folder;
  }

  // Told when somebody takes it.
  next.catch(() => {});
  return {
    take() {
      const folder = next;
      next = makeFolder();
      next.catch(() => {});
      return folder;
    },
    giveBack: (folder) => rm(folder, { recursive: true, force: true }),
    async close() {
      await next.catch(() => {});
    },
  };
}
