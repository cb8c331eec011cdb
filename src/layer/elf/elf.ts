// Reads an ELF file's header and what its dynamic section asks of the system: the machine, the loader, the libraries, the glibc.
import { type ElfNumbers, numbersOf } from "./numbers.ts";

/** What an ELF file is and needs. */
export interface Elf {
  /** AWS's name for the machines that Lambda has, the number otherwise. */
  readonly machine: "x86_64" | "arm64" | number;
  readonly bits: 32 | 64;
  readonly type: "relocatable" | "executable" | "shared" | "core" | "other";
  /** The loader that starts it; undefined for static programs and for libraries. */
  readonly interpreter: string | undefined;
  /** Libraries by name, e.g. `libc.so.6`. */
  readonly needed: readonly string[];
  /** Versions that it needs of them, e.g. `GLIBC_2.34`. */
  readonly versions: readonly string[];
  /** Whether it brings search paths of its own (RPATH, RUNPATH). */
  readonly hasRunPath: boolean;
}

const machines = new Map<number, "x86_64" | "arm64">([
  [62, "x86_64"],
  [183, "arm64"],
]);
const types = ["other", "relocatable", "executable", "shared", "core"] as const;

/** Whether the bytes begin as an ELF file does. */
export function isElf(bytes: Buffer): boolean {
  return bytes.length >= 4 && bytes.readUInt32BE(0) === 0x7f454c46;
}

/** Reads the whole file's bytes; undefined where it is damaged or cut off. */
export function readElf(bytes: Buffer): Elf | undefined {
  try {
    return read(bytes);
  } catch (error) {
    // A read beyond the end: an offset in the file lies.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

/** The loader that starts the program, from the file's first bytes alone; undefined where there is none, or the bytes end before it. */
export function readLoader(bytes: Buffer): string | undefined {
  try {
    if (!isElf(bytes)) return undefined;
    const at = numbersOf(bytes);
    const segment = readSegments(at).find(({ type }) => type === segmentInterpreter);
    return segment && at.text(segment.offset);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  readonly size: number;
}

const segmentLoad = 1;
const segmentDynamic = 2;
const segmentInterpreter = 3;

function read(bytes: Buffer): Elf | undefined {
  if (!isElf(bytes)) return undefined;
  const at = numbersOf(bytes);
  const segments = readSegments(at);
  const interpreter = segments.find(({ type }) => type === segmentInterpreter);
  const dynamic = readDynamic(at, segments);
  const machine = at.half(18);
  return {
    machine: machines.get(machine) ?? machine,
    bits: at.is64 ? 64 : 32,
    type: types[at.half(16)] ?? "other",
    interpreter: interpreter && at.text(interpreter.offset),
    ...dynamic,
  };
}

function readSegments(at: ElfNumbers): Segment[] {
  const start = at.word(at.is64 ? 32 : 28);
  const size = at.half(at.is64 ? 54 : 42);
  const count = at.half(at.is64 ? 56 : 44);
  return Array.from({ length: count }, (_, index) => {
    const base = start + index * size;
    return at.is64
      ? { type: at.int(base), offset: at.word(base + 8), address: at.word(base + 16), size: at.word(base + 32) }
      : { type: at.int(base), offset: at.int(base + 4), address: at.int(base + 8), size: at.int(base + 16) };
  });
}

const tag = { needed: 1, strings: 5, rpath: 15, runpath: 29, versionNeed: 0x6ffffffe, versionNeedCount: 0x6fffffff };

function readDynamic(at: ElfNumbers, segments: readonly Segment[]): Pick<Elf, "needed" | "versions" | "hasRunPath"> {
  const dynamic = segments.find(({ type }) => type === segmentDynamic);
  if (!dynamic) return { needed: [], versions: [], hasRunPath: false };
  const entries: { tag: number; value: number }[] = [];
  for (let place = dynamic.offset; place < dynamic.offset + dynamic.size; place += 2 * at.wordSize) {
    const entry = { tag: at.word(place), value: at.word(place + at.wordSize) };
    if (entry.tag === 0) break;
    entries.push(entry);
  }
  const value = (wanted: number) => entries.find((entry) => entry.tag === wanted)?.value;
  const strings = offsetOf(value(tag.strings), segments);
  const needs = offsetOf(value(tag.versionNeed), segments);
  return {
    needed:
      strings === undefined ? [] : entries.filter((e) => e.tag === tag.needed).map((e) => at.text(strings + e.value)),
    versions:
      strings === undefined || needs === undefined
        ? []
        : readVersions(at, { strings, needs, count: value(tag.versionNeedCount) ?? 0 }),
    hasRunPath: value(tag.rpath) !== undefined || value(tag.runpath) !== undefined,
  };
}

interface VersionNeeds {
  readonly strings: number;
  readonly needs: number;
  readonly count: number;
}

/** The chain of Verneed records, each with a chain of Vernaux records. */
function readVersions(at: ElfNumbers, { strings, needs, count }: VersionNeeds): string[] {
  const found: string[] = [];
  let need = needs;
  for (let index = 0; index < count; index++) {
    const names = at.half(need + 2);
    let name = need + at.int(need + 8);
    for (let each = 0; each < names; each++) {
      found.push(at.text(strings + at.int(name + 8)));
      const following = at.int(name + 12);
      if (following === 0) break;
      name += following;
    }
    const next = at.int(need + 12);
    if (next === 0) break;
    need += next;
  }
  return [...new Set(found)];
}

/** Where in the file an address lies. */
function offsetOf(address: number | undefined, segments: readonly Segment[]): number | undefined {
  if (address === undefined) return undefined;
  const segment = segments.find(
    ({ type, address: start, size }) => type === segmentLoad && address >= start && address < start + size,
  );
  return segment && segment.offset + (address - segment.address);
}
