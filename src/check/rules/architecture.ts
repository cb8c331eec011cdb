// Programs and libraries for another machine than the archive is for.
import { type Architecture, architectures } from "../../model/architecture.ts";
import type { Found, Rule, Subject, SubjectFile } from "../subject.ts";
import { isStarted } from "../subject.ts";

/** Machines that people do build for, by ELF's numbers. */
const otherMachines = new Map<number, string>([
  [3, "x86 (32 bits)"],
  [40, "arm (32 bits)"],
  [243, "riscv"],
  [21, "ppc64"],
  [22, "s390x"],
]);

export const architecture: Rule = {
  name: "elf-architecture",
  find(subject) {
    const files = subject.files.filter(isLinked);
    const wanted = subject.architecture ? [subject.architecture] : architectures;
    const found = files.flatMap((file) => wrongMachine(file, wanted, subject));
    return subject.architecture ? found : [...found, ...mixture(files)];
  },
};

/** Object files are for linkers; what is neither executable nor shared is never loaded. */
function isLinked({ content }: SubjectFile): boolean {
  return content?.type === "elf" && ["executable", "shared"].includes(content.elf?.type ?? "");
}

function machineOf({ content }: SubjectFile): Architecture | number | undefined {
  return content?.type === "elf" ? content.elf?.machine : undefined;
}

function wrongMachine(file: SubjectFile, wanted: readonly Architecture[], subject: Subject): Found[] {
  const machine = machineOf(file);
  if (machine === undefined || wanted.some((architecture) => architecture === machine)) return [];
  const name = typeof machine === "number" ? (otherMachines.get(machine) ?? `machine ${machine}`) : machine;
  return [
    {
      // Packages for several machines at once choose the right file when they are loaded.
      severity:
        isStarted(file) || !/(^|\/)(node_modules|prebuilds|site-packages)\//.test(file.path) ? "error" : "warning",
      file: file.path,
      message: `is built for ${name}, but ${subject.architecture ? `the archive is for ${wanted.join("")}` : "Lambda has x86_64 and arm64"}: it cannot be started or loaded there${isStarted(file) ? ", and INIT fails (exec format error)" : ""}`,
      mend: `Build it for ${wanted.map((architecture) => (architecture === "x86_64" ? "GOARCH=amd64" : "GOARCH=arm64")).join(" or ")}, or leave it out.`,
    },
  ];
}

/** Without a declared architecture: programs for both in one archive cannot both be right. */
function mixture(files: readonly SubjectFile[]): Found[] {
  const started = files.filter(isStarted);
  const machines = new Set(started.map(machineOf).filter((machine) => typeof machine === "string"));
  if (machines.size < 2) return [];
  return [
    {
      severity: "error",
      message: `holds programs for ${[...machines].sort().join(" and ")}: a function has one architecture, and INIT fails on the others`,
      mend: "Make one archive for each architecture.",
    },
  ];
}
