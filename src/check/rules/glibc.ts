// Dynamically linked files that need a newer glibc than the runtimes' base systems have, or another C library.

import type { Elf } from "../../layer/elf/elf.ts";
import { type BaseSystem, runtimeNamed, runtimes } from "../../model/runtimes.ts";
import type { Found, Rule, Subject } from "../subject.ts";

export const glibc: Rule = {
  name: "glibc",
  find: (subject) =>
    subject.files.flatMap((file) =>
      file.content?.type === "elf" && file.content.elf
        ? look(file.content.elf, subject).map((found) => ({ ...found, file: file.path }))
        : [],
    ),
};

const mend =
  "Link it statically (Go: CGO_ENABLED=0), or build it on the oldest base system that it is to run on: Amazon Linux 2 has glibc 2.26, Amazon Linux 2023 has 2.34.";

function look(elf: Elf, subject: Subject): Found[] {
  if (/\/ld-musl-/.test(elf.interpreter ?? "") || elf.needed.some((name) => /^libc\.musl/.test(name))) {
    return [
      {
        severity: "error",
        message: `is linked against musl (${elf.interpreter ?? "libc.musl"}), which Lambda does not have: it cannot be started or loaded`,
        mend,
      },
    ];
  }
  const needed = newestGlibc(elf.versions);
  if (!needed) return [];
  const version = needed.join(".");
  const bases = basesOf(subject.compatibleRuntimes);
  const old = bases.filter(({ base }) => isOlder(base.glibc, needed));
  if (old.length === 0) return [];
  // Undeclared runtimes may be meant or not; where not one base system has it, nothing helps.
  const declared = subject.compatibleRuntimes.length > 0;
  const where = declared
    ? old.map(({ runtime }) => runtime).join(", ")
    : [...new Set(old.map(({ base }) => base.name))].map((name) => `runtimes on ${name}`).join(", ");
  return [
    {
      severity: declared || old.length === bases.length ? "error" : "warning",
      message: `needs glibc ${version}, which is newer than what there is in ${where}: it cannot be started or loaded there ("version \`GLIBC_${version}' not found")`,
      mend,
    },
  ];
}

/** The highest `GLIBC_x.y` asked for. */
function newestGlibc(versions: readonly string[]): readonly [number, number] | undefined {
  const found = versions.flatMap((version): [number, number][] => {
    const match = /^GLIBC_(\d+)\.(\d+)/.exec(version);
    return match ? [[Number(match[1]), Number(match[2])]] : [];
  });
  return found.sort((a, b) => b[0] - a[0] || b[1] - a[1])[0];
}

function isOlder(has: readonly [number, number], needed: readonly [number, number]): boolean {
  return has[0] < needed[0] || (has[0] === needed[0] && has[1] < needed[1]);
}

/** The base systems of the declared runtimes that we know; of the two current ones where none are declared. */
function basesOf(names: readonly string[]): { readonly runtime: string; readonly base: BaseSystem }[] {
  const known = names.length > 0 ? names.flatMap((name) => runtimeNamed(name) ?? []) : currentRuntimes;
  return known.map(({ name, base }) => ({ runtime: name, base }));
}

const currentRuntimes = runtimes.filter(({ name }) => name === "provided.al2" || name === "provided.al2023");
