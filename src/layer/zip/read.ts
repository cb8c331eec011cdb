// Reads zips, also those that others made: every entry is told as it stands, and nothing is trusted.
import type { Readable } from "node:stream";
import { promisify } from "node:util";
import { crc32, inflateRaw } from "node:zlib";
import type { Entry, ZipFile } from "yauzl";
import { toolError } from "../../model/errors.ts";
import type { PackedEntry } from "./entry.ts";

/** An open zip. */
export interface ZipReader {
  /** In the order of the zip's directory. */
  readonly entries: readonly PackedEntry[];
  /** An entry's bytes; with `most`, only as many of them from its beginning. */
  read(entry: PackedEntry, most?: number): Promise<Buffer>;
  /** An entry's bytes as a stream that fails where they are not what the zip promised. */
  stream(entry: PackedEntry): Promise<AsyncIterable<Buffer>>;
  close(): void;
}

const inflate = promisify(inflateRaw);

/** A link's target is at most as long as a path on Linux. */
const mostTargetBytes = 4096;
const fileTypes = new Map<number, PackedEntry["kind"]>([
  [0o100000, "file"],
  [0o040000, "directory"],
  [0o120000, "symlink"],
]);

/**
 * Opens a zip: a file on this machine or its bytes. Close it when done.
 * @throws LambdaExtError `InvalidZip` where it is none, or damaged; `NoSuchFile` where there is no such file.
 */
export async function readZip(zip: string | Buffer): Promise<ZipReader> {
  const name = typeof zip === "string" ? zip : "The zip";
  const file = await open(zip, name);
  const raw = new Map<PackedEntry, Entry>();
  const reader: ZipReader = {
    entries: [],
    read: (entry, most) =>
      guard(name, async () => {
        if (most !== undefined) return collect(await reader.stream(entry), most);
        const found = raw.get(entry);
        if (!found) throw new Error(`no entry ${entry.path}`);
        return readWhole(file, found, entry.path);
      }),
    stream: (entry) =>
      guard(name, async () => {
        const found = raw.get(entry);
        if (!found) throw new Error(`no entry ${entry.path}`);
        refuseForeign(found, entry.path);
        return checked(await file.openReadStreamPromise(found), { entry: found, name, path: entry.path });
      }),
    close: () => file.close(),
  };
  try {
    const { getFileNameLowLevel } = (await import("yauzl")).default;
    const entries: PackedEntry[] = [];
    for await (const found of eachEntry(file, name)) {
      // Strict: backslashes stay backslashes. A leading ./ (bsdtar writes it) means nothing.
      const written = getFileNameLowLevel(found.generalPurposeBitFlag, found.fileNameRaw, found.extraFields, true);
      const path = written.replace(/^(\.\/)+/, "");
      if (path === "" && written !== "") continue;
      let entry = describe(found, path);
      raw.set(entry, found);
      if (entry.kind === "symlink") {
        const target = (await reader.read(entry, mostTargetBytes)).toString();
        entry = { ...entry, target };
        raw.set(entry, found);
      }
      entries.push(entry);
    }
    return Object.assign(reader, { entries });
  } catch (error) {
    file.close();
    throw error;
  }
}

async function open(zip: string | Buffer, name: string): Promise<ZipFile> {
  // yauzl is CommonJS: its names are on the default export in the bundle and in node alike.
  const yauzl = (await import("yauzl")).default;
  const options = { autoClose: false, lazyEntries: true, decodeStrings: false };
  try {
    return await (typeof zip === "string" ? yauzl.openPromise(zip, options) : yauzl.fromBufferPromise(zip, options));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      throw toolError(`${name}: there is no such file.`, {
        code: "NoSuchFile",
        hint: "Mend the path: it is relative to the folder that you are in.",
        cause: error,
      });
    }
    if ((error as NodeJS.ErrnoException).code === "EISDIR") {
      throw toolError(`${name} is a folder, not a zip.`, {
        code: "InvalidZip",
        hint: "Name the zip that is to be read.",
        cause: error,
      });
    }
    // The machine's own refusals (EACCES) say nothing about the zip.
    if (error instanceof Error && "syscall" in error) throw error;
    throw damaged(name, error);
  }
}

async function* eachEntry(file: ZipFile, name: string): AsyncGenerator<Entry> {
  try {
    yield* file.eachEntry();
  } catch (error) {
    throw damaged(name, error);
  }
}

function describe(entry: Entry, path: string): PackedEntry {
  const slash = path.endsWith("/");
  // The upper half holds the Unix mode where the zip was made on Unix (3) or macOS (19), or by those who fill it in anyway.
  const unix = entry.externalFileAttributes >>> 16;
  const system = entry.versionMadeBy >> 8;
  const hasMode = unix !== 0 || system === 3 || system === 19;
  const type = unix & 0o170000;
  const kind = type === 0 ? (slash ? "directory" : "file") : (fileTypes.get(type) ?? "other");
  return {
    kind: slash && kind === "file" ? "directory" : kind,
    path: slash ? path.replace(/\/+$/, "") : path,
    mode: hasMode ? unix & 0o777 : kind === "directory" ? 0o755 : 0o644,
    compressedBytes: entry.compressedSize,
    unzippedBytes: entry.uncompressedSize,
  };
}

/** What unzip may be able to read, and Lambda is not known to. */
function refuseForeign({ compressionMethod, generalPurposeBitFlag }: Entry, path: string): void {
  if ((generalPurposeBitFlag & 1) !== 0) throw new Error(`${path} is encrypted`);
  if (compressionMethod !== 0 && compressionMethod !== 8) {
    throw new Error(
      `${path} is compressed by method ${compressionMethod}, and only deflate (8) and none (0) are known`,
    );
  }
}

interface Promised {
  readonly entry: Entry;
  readonly name: string;
  readonly path: string;
}

/** yauzl counts the bytes but leaves the checksum to us. */
async function* checked(stream: Readable, { entry, name, path }: Promised): AsyncGenerator<Buffer> {
  let sum = 0;
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      sum = crc32(chunk, sum);
      yield chunk;
    }
  } catch (error) {
    throw damaged(name, error);
  }
  if (sum !== entry.crc32) throw damaged(name, new Error(`the checksum of ${path} is wrong`));
}

/**
 * A whole entry, inflated in one go on another thread: in a stream's chunks of 16 KB, a program of 6 MB keeps this one busy for four
 * times as long.
 */
async function readWhole(file: ZipFile, entry: Entry, path: string): Promise<Buffer> {
  refuseForeign(entry, path);
  const deflated = entry.compressionMethod === 8;
  const packed = await collect(await file.openReadStreamPromise(entry, deflated ? { decompress: false } : {}));
  // Never more than was promised, whatever the bytes would make.
  const most = Math.max(1, entry.uncompressedSize);
  const bytes = deflated ? await inflate(packed, { maxOutputLength: most }) : packed;
  if (bytes.length !== entry.uncompressedSize) throw new Error(`${path} has another size than it is said to have`);
  if (crc32(bytes) !== entry.crc32) throw new Error(`the checksum of ${path} is wrong`);
  return bytes;
}

async function collect(stream: AsyncIterable<Buffer>, most = Number.POSITIVE_INFINITY): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= most) break;
  }
  const bytes = Buffer.concat(chunks);
  return bytes.length > most ? bytes.subarray(0, most) : bytes;
}

async function guard<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw damaged(name, error);
  }
}

function damaged(name: string, error: unknown): Error {
  if (error instanceof Error && error.name === "LambdaExtError") return error;
  const reason = error instanceof Error ? error.message : String(error);
  return toolError(`${name} cannot be read as a zip: ${reason.replace(/\.$/, "")}.`, {
    code: "InvalidZip",
    hint: "Make it again, or look at it with `unzip -t`.",
    cause: error,
  });
}
