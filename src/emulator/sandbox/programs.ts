// Finds programs of the machine.
import { accessSync, constants, statSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";

/** Where the system's own programs lie. */
const systemFolders = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin", "/run/current-system/sw/bin"];

/** The absolute path of a program on PATH; undefined where there is none. */
export function findProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return findIn((env.PATH ?? "").split(delimiter), name);
}

/** The same for a program that every system has, also where PATH names nothing but node and go. */
export function findSystemProgram(name: string, env: NodeJS.ProcessEnv): string | undefined {
  return findProgram(name, env) ?? findIn(systemFolders, name);
}

function findIn(folders: readonly string[], name: string): string | undefined {
  return folders
    .filter((folder) => isAbsolute(folder))
    .map((folder) => join(folder, name))
    .find(isProgram);
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
