// Writes zips whose bytes depend on nothing but their entries: same input, same bytes, on every machine.
import { createHash, randomBytes } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rename, rm } from "node:fs/promises";
import { Readable, Transform } from "node:stream";
import { buffer } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import type { BuildSize } from "../../model/artifact.ts";
import { toolError } from "../../model/errors.ts";
import { byPath, contentOf, type ZipEntry } from "./entry.ts";
import { linkProblem, pathProblem } from "./paths.ts";

/** A zip that was written. */
export interface WrittenZip {
  readonly zipBytes: number;
  readonly unzippedBytes: number;
  /** Base64 of the SHA-256. */
  readonly codeSha256: string;
}

interface WriteOptions {
  readonly signal?: AbortSignal | undefined;
  /** Where the zip will be unpacked: absolute links below it are allowed. */
  readonly mount?: string | undefined;
  /** How small it is to be; default where absent. */
  readonly size?: BuildSize | undefined;
}

/** The earliest date that a zip can hold. */
const date = new Date("1980-01-01T00:00:00Z");
const level = 9;

/**
 * Writes a zip to `file`, which is there whole or not at all.
 * @throws LambdaExtError `InvalidZipEntry` for a path or link that would not stay inside, or that is there twice.
 */
export async function writeZip(
  entries: readonly ZipEntry[],
  file: string,
  options: WriteOptions = {},
): Promise<WrittenZip> {
  const temporary = `${file}.${randomBytes(6).toString("hex")}.tmp`;
  const hash = createHash("sha256");
  let zipBytes = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      zipBytes += chunk.length;
      done(null, chunk);
    },
  });
  try {
    const { stream, finished } = await streamZip(entries, options);
    const written = pipeline(stream, measure, createWriteStream(temporary), { signal: options.signal });
    // Both are awaited: the stream alone would hide a file that could not be read.
    const [unzippedBytes] = await Promise.all([finished, written]);
    await rename(temporary, file);
    return { zipBytes, unzippedBytes, codeSha256: hash.digest("base64") };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** The same zip in memory. */
export async function packZip(
  entries: readonly ZipEntry[],
  options: Pick<WriteOptions, "mount" | "size"> = {},
): Promise<Buffer> {
  const { stream, finished } = await streamZip(entries, options);
  const [bytes] = await Promise.all([buffer(stream), finished]);
  return bytes;
}

/** Starts a zip; `finished` gives the unzipped bytes once every entry has been read. */
async function streamZip(
  entries: readonly ZipEntry[],
  { mount, size, signal }: WriteOptions,
): Promise<{ stream: Readable; finished: Promise<number> }> {
  const sorted = [...entries].sort(byPath);
  refuseUnsafe(sorted, mount);
  if (size === "min") {
    const { packSmallest } = await import("./smallest.ts");
    const { parts, unzippedBytes } = await packSmallest(sorted, signal);
    return { stream: Readable.from(parts), finished: Promise.resolve(unzippedBytes) };
  }
  const { ZipArchive } = await import("archiver");
  const archive = new ZipArchive({ zlib: { level } });
  const givenUp = new Promise<never>((_, reject) =>
    archive.once("close", () => reject(new Error("the zip was given up"))),
  );
  givenUp.catch(() => {});
  const append = async () => {
    let unzippedBytes = 0;
    for (const entry of sorted) {
      const bytes = await contentOf(entry);
      unzippedBytes += bytes.length;
      const added = new Promise<void>((resolve) => archive.once("entry", () => resolve()));
      const type = entry.kind;
      const mode = entry.kind === "file" ? entry.mode : 0o777;
      // archiver's own symlink() takes no date; its append() passes the link's target on, which the types don't say.
      const data = { name: entry.path, date, mode, type, linkname: bytes.toString() };
      archive.append(bytes, data);
      // The next one only now: entries that are queued together come out in any order.
      await Promise.race([added, givenUp]);
    }
    await archive.finalize();
    return unzippedBytes;
  };
  const finished = append().catch((error: Error) => {
    archive.destroy(error);
    throw error;
  });
  // Whoever reads the stream hears of the failure there too.
  finished.catch(() => {});
  return { stream: archive, finished };
}

function refuseUnsafe(sorted: readonly ZipEntry[], mount: string | undefined): void {
  const links = new Map<string, string>();
  for (const entry of sorted) if (entry.kind === "symlink") links.set(entry.path, entry.target);
  const paths = new Set(sorted.map(({ path }) => path));
  let previous: ZipEntry | undefined;
  for (const entry of sorted) {
    const problem = pathProblem(entry.path);
    if (problem) throw invalid(`the path ${JSON.stringify(entry.path)} ${problem}`);
    if (previous?.path === entry.path) throw collision(`two files would be ${JSON.stringify(entry.path)}`);
    const above = parents(entry.path).find((parent) => paths.has(parent));
    if (above !== undefined) throw collision(`${JSON.stringify(above)} would be a file and a folder`);
    if (entry.kind === "symlink") {
      const linked = linkProblem({ path: entry.path, target: entry.target, links, mount });
      if (linked) throw invalid(`the link ${JSON.stringify(entry.path)} → ${JSON.stringify(entry.target)} ${linked}`);
    }
    previous = entry;
  }
}

function parents(path: string): string[] {
  const parts = path.split("/");
  return parts.slice(1).map((_, index) => parts.slice(0, index + 1).join("/"));
}

function invalid(reason: string): Error {
  return toolError(`The zip cannot be made: ${reason}.`, {
    code: "InvalidZipEntry",
    hint: "What is packed must stay inside the zip: mend the file or link, or take it out of `contents`.",
  });
}

function collision(reason: string): Error {
  return toolError(`The zip cannot be made: ${reason}.`, {
    code: "InvalidZipEntry",
    hint: "Give one of them another place (`to` in `contents`), or leave it out; the program's own place is extensions/<name>, or bootstrap.",
  });
}
