// Makes the smallest zips that a second for each program buys: each file is deflated by libdeflate at its highest level, some five per cent
// smaller than zlib's, and the same on every machine, whose zlib has no say.
//
// The container is written here because the libraries at hand have their own way of deflating: neither archiver nor yazl takes bytes that
// are deflated already. All sizes are known before the first byte, so it is the plain form: no descriptors, no streaming, no zip64.
import { setImmediate } from "node:timers/promises";
import { crc32 } from "node:zlib";
import { toolError } from "../../model/errors.ts";
import { contentOf, type ZipEntry } from "./entry.ts";

/** A zip in pieces. */
interface PackedZip {
  readonly parts: readonly Buffer[];
  readonly unzippedBytes: number;
}

/** The highest of libdeflate's levels. */
const level = 12;

/** What the numbers of the plain form hold. */
const most = { entries: 0xffff, bytes: 0xffff_ffff };

/**
 * Packs entries in the order in which they come.
 * @throws LambdaExtError `ZipTooLarge`; the signal's reason when aborted, which is looked at between two files: one takes the thread.
 */
export async function packSmallest(entries: readonly ZipEntry[], signal?: AbortSignal): Promise<PackedZip> {
  const { deflate } = await import("libdeflate");
  if (entries.length > most.entries) throw tooLarge(`has ${entries.length} files, more than ${most.entries}`);
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  let unzippedBytes = 0;
  for (const entry of entries) {
    // Signals and timers have their turn.
    await setImmediate();
    signal?.throwIfAborted();
    const content = await contentOf(entry);
    const deflated = entry.kind === "symlink" ? content : Buffer.from(deflate(content, level));
    // As archiver does it, and what deflating would only make larger.
    const stored = entry.kind === "symlink" || deflated.length >= content.length;
    const data = stored ? content : deflated;
    const name = Buffer.from(entry.path);
    const common = commonFields({ name, method: stored ? 0 : 8, content, data });
    directory.push(directoryHeader(common, entry, offset), name);
    const header = Buffer.concat([numbers([4, 0x04034b50]), common]);
    parts.push(header, name, data);
    offset += header.length + name.length + data.length;
    unzippedBytes += content.length;
    if (offset > most.bytes || unzippedBytes > most.bytes) throw tooLarge("has more than 4 GiB");
  }
  const directoryBytes = directory.reduce((sum, { length }) => sum + length, 0);
  const count = entries.length;
  const end = numbers(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, count],
    [2, count],
    [4, directoryBytes],
    [4, offset],
    [2, 0],
  );
  return { parts: [...parts, ...directory, end], unzippedBytes };
}

interface Packed {
  readonly name: Buffer;
  /** 0: as it is; 8: deflated. */
  readonly method: 0 | 8;
  readonly content: Buffer;
  readonly data: Buffer;
}

/** What a file's own header and its line in the directory share, from the version that reads it to the lengths. */
function commonFields({ name, method, content, data }: Packed): Buffer {
  const utf8 = name.every((byte) => byte < 0x80) ? 0 : 0x0800;
  return numbers(
    ...([
      [2, 20],
      [2, utf8],
      [2, method],
      [2, midnight],
      [2, newYear1980],
    ] as const),
    ...([
      [4, crc32(content)],
      [4, data.length],
      [4, content.length],
      [2, name.length],
      [2, 0],
    ] as const),
  );
}

/** The earliest moment that a zip can hold, 1980-01-01 00:00, as DOS counts it. */
const midnight = 0;
const newYear1980 = 0x0021;

function directoryHeader(common: Buffer, entry: ZipEntry, offset: number): Buffer {
  const unixMode = entry.kind === "symlink" ? 0o120777 : 0o100000 | entry.mode;
  return Buffer.concat([
    // Made by version 2.0 on Unix (3), whose modes follow.
    numbers([4, 0x02014b50], [2, (3 << 8) | 20]),
    common,
    numbers([2, 0], [2, 0], [2, 0], [4, (unixMode << 16) >>> 0], [4, offset]),
  ]);
}

/** Numbers of so many bytes, the low one first, as zips hold them. */
function numbers(...fields: readonly (readonly [bytes: 2 | 4, value: number])[]): Buffer {
  const all = Buffer.alloc(fields.reduce((sum, [bytes]) => sum + bytes, 0));
  let at = 0;
  for (const [bytes, value] of fields) at = all.writeUIntLE(value, at, bytes);
  return all;
}

function tooLarge(what: string): Error {
  return toolError(`The zip cannot be made: it ${what}, and Lambda takes far less.`, {
    code: "ZipTooLarge",
    hint: "Take out what Lambda does not need; it allows 250 MB in all, unzipped.",
  });
}
