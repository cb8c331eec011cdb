// A rule for the kernel: who renames a file is killed, between a write and its rename at that, on every run.
import { openSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../support/temporary.ts";

/** rename, renameat, renameat2; the second architecture has no rename. */
const calls = process.arch === "arm64" ? [38, 276] : [82, 264, 316];

const load = 0x20;
const jumpIfEqual = 0x15;
const giveBack = 0x06;
const allow = 0x7fff_0000;
const killProcess = 0x8000_0000;

/** Opens the rule as `bwrap --seccomp` takes it. */
export function openRule(): number {
  const rules = [
    instruction(load, 0, 0),
    ...calls.map((call, index) => instruction(jumpIfEqual, calls.length - index, call)),
    instruction(giveBack, 0, allow),
    instruction(giveBack, 0, killProcess),
  ];
  const file = join(temporaryFolder(), "rule");
  writeFileSync(file, Buffer.concat(rules));
  return openSync(file, "r");
}

/** A struct sock_filter. */
function instruction(code: number, jump: number, value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(jump, 2);
  bytes.writeUInt32LE(value, 4);
  return bytes;
}
