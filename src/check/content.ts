// What a file is, by its bytes: what the kernel of Lambda would make of it.
import { type Elf, isElf, readElf } from "../layer/elf/elf.ts";

/** A script's first line and its line ends. */
export interface Script {
  readonly type: "script";
  /** The program that the kernel starts, e.g. `/usr/bin/env`. */
  readonly interpreter: string;
  /** What follows it, e.g. `node`. */
  readonly argument: string;
  /** The first line ends with CRLF: the kernel takes the CR for a part of the name. */
  readonly crlfInFirstLine: boolean;
  readonly crlf: boolean;
  /** A byte order mark stands before `#!`: the kernel does not see the script. */
  readonly byteOrderMark: boolean;
}

/** What a file turned out to be. */
export type Content =
  | { readonly type: "elf"; readonly elf: Elf | undefined }
  | { readonly type: "mach-o" | "windows" | "empty" | "other" }
  | Script;

/** Enough of a file to tell what it is; of an ELF file all is needed. */
export const tellingBytes = 256 * 1024;

const machO = new Set([0xfeedface, 0xfeedfacf, 0xcefaedfe, 0xcffaedfe, 0xcafebabe]);

/** Tells what these bytes are: all of an ELF file's, the beginning of any other's. */
export function identify(bytes: Buffer): Content {
  if (bytes.length === 0) return { type: "empty" };
  if (isElf(bytes)) return { type: "elf", elf: readElf(bytes) };
  // 0xcafebabe begins Java classes too; those have a version of 45 or more where a fat Mach-O has its few architectures.
  if (bytes.length >= 8 && machO.has(bytes.readUInt32BE(0))) {
    return bytes.readUInt32BE(0) === 0xcafebabe && bytes.readUInt32BE(4) >= 45 ? { type: "other" } : { type: "mach-o" };
  }
  if (bytes.toString("latin1", 0, 2) === "MZ") return { type: "windows" };
  return readScript(bytes) ?? { type: "other" };
}

function readScript(bytes: Buffer): Script | undefined {
  const text = bytes.toString("utf8");
  const byteOrderMark = text.startsWith("\uFEFF");
  const match = /^\uFEFF?#![ \t]*([^\s]*)[ \t]*([^\r\n]*)(\r?)(?:\n|$)/.exec(text);
  if (!match) return undefined;
  const [, interpreter = "", argument = "", cr] = match;
  return {
    type: "script",
    interpreter,
    argument: argument.trim(),
    crlfInFirstLine: cr === "\r",
    crlf: cr === "\r" || text.includes("\r\n"),
    byteOrderMark,
  };
}
