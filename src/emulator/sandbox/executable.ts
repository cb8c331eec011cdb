// Says beforehand what the kernel would say to starting a file: a shell would answer some of it by running the file as a script.
import { closeSync, constants, openSync, readSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { isElf, readLoader } from "../../layer/elf/elf.ts";
import type { Architecture } from "../../model/architecture.ts";

/** Why a file can't be started, in the words of Go's os/exec, which Lambda passes on. */
export interface LaunchProblem {
  readonly text: "permission denied" | "exec format error" | "no such file or directory" | "is a directory";
  /** Of a script, where that is what is not there. */
  readonly missingInterpreter?: string | undefined;
}

/** What starting a file takes. */
export interface Executable {
  /** Absent for scripts. */
  readonly machine?: Architecture | "other" | undefined;
  /** The loader of a dynamically linked program, where it is not there. */
  readonly missingLoader?: string | undefined;
}

/** Looks at a file of this machine; `resolve` maps a path that a process would see to one of this machine. */
export function inspectExecutable(file: string, resolve: (path: string) => string): Executable | LaunchProblem {
  let head: Buffer;
  try {
    const real = realpathSync(file);
    const status = statSync(real);
    if (!status.isFile() || (status.mode & 0o111) === 0) return { text: "permission denied" };
    head = readHead(real);
  } catch (error) {
    const denied = error instanceof Error && "code" in error && error.code === "EACCES";
    return { text: denied ? "permission denied" : "no such file or directory" };
  }
  if (isElf(head)) {
    const loader = readLoader(head);
    const missing = loader !== undefined && !existsAsFile(resolve(loader));
    return { machine: machineOf(head), ...(missing && { missingLoader: loader }) };
  }
  if (head.subarray(0, 2).toString("latin1") !== "#!") return { text: "exec format error" };
  // As in the kernel: the first word, whatever bytes it has; a carriage return becomes part of the name.
  const interpreter = /^#![ \t]*([^ \t\n]+)/.exec(head.toString("latin1"))?.[1];
  if (!interpreter) return { text: "exec format error" };
  if (existsAsFile(resolve(interpreter))) return {};
  return { text: "no such file or directory", missingInterpreter: interpreter };
}

/** Maps /opt and /var/task to the folders that lie there inside. */
export function insideResolver(folders: { readonly opt: string; readonly task: string }): (path: string) => string {
  return (path) => {
    if (path.startsWith("/opt/")) return join(folders.opt, path.slice("/opt/".length));
    if (path.startsWith("/var/task/")) return join(folders.task, path.slice("/var/task/".length));
    return path;
  };
}

function readHead(file: string): Buffer {
  const descriptor = openSync(file, constants.O_RDONLY);
  try {
    // Linkers put the loader's name in the first page.
    const head = Buffer.alloc(4096);
    return head.subarray(0, readSync(descriptor, head));
  } finally {
    closeSync(descriptor);
  }
}

/** e_machine of a little-endian ELF file: 62 is x86-64, 183 is AArch64. */
function machineOf(head: Buffer): Architecture | "other" {
  if (head.length < 20) return "other";
  const machine = head.readUInt16LE(18);
  return machine === 62 ? "x86_64" : machine === 183 ? "arm64" : "other";
}

function existsAsFile(file: string): boolean {
  try {
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
