// Finds programs of the machine, also where PATH is short.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where the system's own programs lie: looked at after PATH, since ours may name nothing but node and go. */
const systemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"];

/** The absolute path of a program; undefined where there is none. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  const folders = (env.PATH ?? "").split(delimiter).filter((folder) => isAbsolute(folder));
  return [...folders, ...systemFolders].map((folder) => join(folder, name)).find(isProgram);
}

/** Whether a file can be run by us. */
export function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
