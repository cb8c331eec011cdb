// Handlers that go-runtime-layer refuses, and what it says of each.
import { existsSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** One wrong handler. */
export interface BrokenProgram {
  readonly what: string;
  readonly handler: string;
  readonly errorType: string;
  /** With the function's folder, as the function sees it. */
  message(root: string): string;
  /** Puts it into the function's folder. */
  make?(folder: string): void;
}

const here = process.arch === "arm64" ? "arm64" : "x86_64";
const other = here === "arm64" ? "x86_64" : "arm64";

/** The beginning of an ELF program for the processor that this machine is not. */
export function otherMachine(machine = other): Buffer {
  const header = Buffer.alloc(64);
  header.write("\x7fELF\x02\x01\x01", "latin1");
  header.writeUInt16LE(2, 16);
  header.writeUInt16LE({ x86_64: 0x3e, arm64: 0xb7 }[machine] ?? 0xfff0, 18);
  header.writeUInt32LE(1, 20);
  return header;
}

const entrypoint = "Runtime.InvalidEntrypoint";
const goarch = here === "arm64" ? "arm64" : "amd64";

function file(name: string, content: string | Buffer, mode = 0o755) {
  return (folder: string) => writeFileSync(join(folder, name), content, { mode });
}

const programs: readonly BrokenProgram[] = [
  ...["../hello", "bin/../hello", "/bin/true", ".."].map((handler) => ({
    what: `a path that leads outside: ${handler}`,
    handler,
    errorType: "Runtime.MalformedHandlerName",
    message: (root: string) => `The function's handler is ${handler}. Set it to the name of a program in ${root}`,
  })),
  {
    what: "no handler",
    handler: "",
    errorType: "Runtime.MalformedHandlerName",
    message: (root) => `The function's handler is empty. Set it to the name of a program in ${root}`,
  },
  {
    what: "a file that is not there",
    handler: "main.handler",
    errorType: "Runtime.HandlerNotFound",
    message: (root) =>
      `There is no ${root}/main.handler, which the function's handler names. Nothing there is executable`,
    make: file("notes.txt", "x", 0o644),
  },
  {
    what: "a folder",
    handler: "folder",
    errorType: "Runtime.HandlerNotFound",
    message: (root) => `${root}/folder is a folder. The function's handler must name a program`,
    make: (folder) => {
      mkdirSync(join(folder, "folder"));
      writeFileSync(join(folder, "folder", "file"), "");
    },
  },
  {
    what: "a link to nothing",
    handler: "link",
    errorType: "Runtime.HandlerNotFound",
    message: (root) => `${root}/link is a link to something that is not there`,
    make: (folder) => symlinkSync("nowhere", join(folder, "link")),
  },
  {
    what: "an empty file",
    handler: "empty",
    errorType: entrypoint,
    message: (root) => `${root}/empty is empty`,
    make: file("empty", ""),
  },
  {
    what: "a file without permission",
    handler: "forbidden",
    errorType: entrypoint,
    message: (root) => `${root}/forbidden has no permission to be executed. Give it mode 0755 before it is zipped`,
    make: file("forbidden", "#!/bin/sh\n", 0o644),
  },
  {
    what: "another architecture",
    handler: "another-architecture",
    errorType: entrypoint,
    message: (root) =>
      `${root}/another-architecture is built for ${other}, and this is ${here}. Build it with GOARCH=${goarch}, or change the function's architecture`,
    make: file("another-architecture", otherMachine()),
  },
  {
    what: "another processor",
    handler: "another-processor",
    errorType: entrypoint,
    message: (root) =>
      `${root}/another-processor is built for another processor, and this is ${here}. Build it with GOARCH=${goarch}, or change the function's architecture`,
    make: file("another-processor", otherMachine("none")),
  },
  {
    what: "a program for macOS",
    handler: "mac",
    errorType: entrypoint,
    message: (root) => `${root}/mac is a program for macOS. Build it with GOOS=linux`,
    make: file("mac", Buffer.from("cffaedfe0c00000100000000", "hex")),
  },
  {
    what: "a program for Windows",
    handler: "hello.exe",
    errorType: entrypoint,
    message: (root) => `${root}/hello.exe is a program for Windows. Build it with GOOS=linux`,
    make: file("hello.exe", Buffer.from("4d5a90000300000004000000", "hex")),
  },
  {
    what: "a script without its interpreter",
    handler: "script",
    errorType: entrypoint,
    message: (root) => `${root}/script is a script whose first line names an interpreter that is not there`,
    make: file("script", "#!/nowhere/sh\n"),
  },
  {
    what: "what is no program",
    handler: "junk",
    errorType: entrypoint,
    message: (root) =>
      `${root}/junk cannot be started. The line above says why. A Go program needs CGO_ENABLED=0 where it was built on another system`,
    make: file("junk", Buffer.from([1, 2, 0, 3])),
  },
];

/** Kernels may have an emulator for the other architecture, and start its programs with that. */
const emulated = existsSync(`/proc/sys/fs/binfmt_misc/qemu-${other === "arm64" ? "aarch64" : other}`);

/** Every kind of wrong handler that a zip can bring about. */
export const brokenPrograms: readonly BrokenProgram[] = programs.filter(
  ({ what }) => !emulated || what !== "another architecture",
);
