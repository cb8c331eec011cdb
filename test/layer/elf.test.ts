// ELF files of real compilers, judged by readelf; and broken ones.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isElf, readElf } from "../../src/layer/elf/elf.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { missing } from "../support/tools.ts";

function compile(...options: string[]): Buffer {
  const folder = temporaryFolder();
  const source = join(folder, "main.c");
  writeFileSync(
    source,
    '#include <math.h>\n#include <stdio.h>\nint main(int c, char **v) { printf("%f", pow(c, c)); return 0; }\n',
  );
  execFileSync("gcc", [...options, "-o", join(folder, "out"), source, "-lm"]);
  return readFileSync(join(folder, "out"));
}

describe.skipIf(missing("gcc", "readelf"))("readElf (needs gcc, readelf)", () => {
  test.each<[string, string[]]>([
    ["a dynamic program", []],
    ["one at a fixed address", ["-no-pie"]],
    ["one with a search path", ["-Wl,-rpath,/opt/lib"]],
  ])("%s asks for what readelf says", (_name, options) => {
    const bytes = compile(...options);
    const file = join(temporaryFolder(), "elf");
    writeFileSync(file, bytes);
    const dump = (flag: string) => execFileSync("readelf", ["-W", flag, file], { encoding: "utf8" });
    const versions = [...dump("-V").matchAll(/Name: (GLIBC_\S+)/g)].map(([, name]) => name);
    const elf = readElf(bytes);
    expect(elf).toMatchObject({
      machine: process.arch === "arm64" ? "arm64" : "x86_64",
      bits: 64,
      type: options[0] === "-no-pie" ? "executable" : "shared",
      interpreter: /interpreter: (.+)\]/.exec(dump("-l"))?.[1],
      needed: [...dump("-d").matchAll(/\(NEEDED\).*\[(.+)\]/g)].map(([, name]) => name),
      hasRunPath: options[0]?.includes("rpath") ?? false,
    });
    expect(versions.length).toBeGreaterThan(0);
    expect([...(elf?.versions ?? [])].sort()).toEqual([...new Set(versions)].sort());
  });

  test("a static program asks for nothing", () => {
    expect(readElf(compile("-static"))).toMatchObject({ interpreter: undefined, needed: [], versions: [] });
  });

  test("an object file is told apart", () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "x.c"), "int x;\n");
    execFileSync("gcc", ["-c", "-o", join(folder, "x.o"), join(folder, "x.c")]);
    expect(readElf(readFileSync(join(folder, "x.o")))).toMatchObject({ type: "relocatable", interpreter: undefined });
  });

  test("cut off or damaged anywhere, it gives an answer or none, and ends", () => {
    const whole = compile();
    for (let length = 0; length < 4096; length += 61) expect(() => readElf(whole.subarray(0, length))).not.toThrow();
    for (let at = 4; at < 4096; at += 7) {
      const bytes = Buffer.from(whole);
      bytes.fill(0xff, at, at + 4);
      expect(() => readElf(bytes)).not.toThrow();
    }
  });
});

describe("readElf of other machines", () => {
  test.each<[string, number, "x86_64" | "arm64" | number, 32 | 64, boolean]>([
    ["amd64", 62, "x86_64", 64, false],
    ["arm64", 183, "arm64", 64, false],
    ["386", 3, 3, 32, false],
    ["s390x, its bytes the other way round", 22, 22, 64, true],
  ])("%s", (_name, number, machine, bits, bigEndian) => {
    const elf = readElf(elfHeader(number, bits, bigEndian));
    expect(elf).toMatchObject({ machine, bits, type: "executable", interpreter: undefined, needed: [] });
  });
});

/** A header without segments. */
function elfHeader(machine: number, bits: number, bigEndian: boolean): Buffer {
  const bytes = Buffer.alloc(64);
  bytes.write("\u007fELF", "latin1");
  bytes[4] = bits === 64 ? 2 : 1;
  bytes[5] = bigEndian ? 2 : 1;
  const half = (value: number, at: number) =>
    bigEndian ? bytes.writeUInt16BE(value, at) : bytes.writeUInt16LE(value, at);
  half(2, 16);
  half(machine, 18);
  return bytes;
}

test("what is no ELF file is none", () => {
  expect(isElf(Buffer.from("#!/bin/sh\n"))).toBe(false);
  expect(isElf(Buffer.from("\u007fEL", "latin1"))).toBe(false);
  expect(readElf(Buffer.alloc(0))).toBeUndefined();
});
