// Runs programs of the other architecture, where qemu's user mode is installed.
import { readFileSync } from "node:fs";
import type { Architecture } from "../../model/architecture.ts";
import { goarchOf } from "../../model/architecture.ts";
import { toolError } from "../../model/errors.ts";
import { findProgram } from "./programs.ts";

/** This machine's architecture; undefined where Lambda has none like it. */
export function hostArchitecture(): Architecture | undefined {
  return process.arch === "x64" ? "x86_64" : process.arch === "arm64" ? "arm64" : undefined;
}

/**
 * What goes before a program of this architecture: nothing on its own machine, or where the kernel itself knows to call qemu; else
 * qemu.
 * @throws LambdaExtError `InvalidRuntimeException` where there is no qemu.
 */
export function foreignPrefix(program: string, architecture: Architecture, env: NodeJS.ProcessEnv): string[] {
  if (architecture === hostArchitecture()) return [];
  const name = architecture === "arm64" ? "aarch64" : "x86_64";
  if (kernelKnows(name)) return [];
  const qemu = findProgram(`qemu-${name}-static`, env) ?? findProgram(`qemu-${name}`, env);
  if (qemu) return [qemu];
  throw toolError(
    `Running ${program} failed: it is built for ${architecture} (${goarchOf(architecture)}), this machine is ${process.arch}, and qemu-${name}-static is not installed.`,
    {
      code: "InvalidRuntimeException",
      hint: `Install qemu's user mode (apt install qemu-user-static), or create the function with the other architecture.`,
    },
  );
}

/** The error for a dynamically linked program whose machine's loader is not here, as hardly ever a foreign one's is. */
export function missingLoaderError(program: string, architecture: Architecture, loader: string): Error {
  const text = `it is built for ${architecture} (${goarchOf(architecture)}), this machine is ${process.arch}, and it is dynamically linked: ${loader} is not here.`;
  return toolError(`Running ${program} failed: ${text}`, {
    code: "InvalidRuntimeException",
    hint: "Link it statically (Go: CGO_ENABLED=0; Rust: a musl target), which runs through qemu, or create the function with the other architecture.",
  });
}

/** binfmt_misc with the interpreter held open (flag F), so that it is found from inside a sandbox too. */
function kernelKnows(name: string): boolean {
  try {
    const text = readFileSync(`/proc/sys/fs/binfmt_misc/qemu-${name}`, "utf8");
    return text.startsWith("enabled") && /^flags:.*F/m.test(text);
  } catch {
    return false;
  }
}
