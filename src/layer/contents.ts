// Walks the files that go into a zip beside the program.
import type { Stats } from "node:fs";
import { lstat, readdir, readlink, stat } from "node:fs/promises";
import { join, posix } from "node:path";
import { usageError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import { byPath, type ZipEntry } from "./zip/entry.ts";

/** A file or folder and its place in the zip. */
export interface Content {
  /** On this machine, relative to a folder that is given apart. */
  readonly from: string;
  /** In the zip; `.` for its top. */
  readonly to: string;
  /** Permission bits for every file under it: the machine's own don't count; with `executable` they say which files are programs. */
  readonly mode: number | "executable";
}

/** What desktop systems leave in folders, and would break INIT under extensions/. */
const litter = new Set([".DS_Store", "Thumbs.db", "desktop.ini"]);

interface Sources {
  /** The folder that `from` is relative to, absolute. */
  readonly root: string;
  /** A folder that is passed over: the one that the zips are written to, or they would hold each other. */
  readonly except?: string | undefined;
}

/**
 * The entries for a project's contents: folders walked, symlinks inside them kept.
 * @throws LambdaExtError `ContentMissing`, `ContentRefused`.
 */
export async function collectContents(contents: readonly Content[], sources: Sources): Promise<ZipEntry[]> {
  const { root, except } = sources;
  const excepted = except === undefined ? undefined : await stat(except).catch(() => undefined);
  const collected = await Promise.all(contents.map((content) => collect(content, { root, excepted })));
  return collected.flat().sort(byPath);
}

/** What is found on the disk again, whatever links lead to it: by its identity there. */
type Excepted = Pick<Stats, "dev" | "ino"> | undefined;

interface Where {
  readonly root: string;
  readonly excepted: Excepted;
}

async function collect({ from, to, mode }: Content, { root, excepted }: Where): Promise<ZipEntry[]> {
  const source = join(root, from);
  // Followed, other than those inside: who names a link means what it leads to.
  const found = await stat(source).catch(() => undefined);
  if (!found) {
    throw usageError(`The contents name ${JSON.stringify(from)}, but there is no ${source}.`, {
      code: "ContentMissing",
      hint: "Mend `from` in lambda-ext.jsonc: it is relative to that file.",
    });
  }
  const path = posix.normalize(to).replace(/\/$/, "");
  if (found.isDirectory()) {
    const entries = await walk(source, path === "." ? "" : `${path}/`, { mode, excepted });
    if (entries.length === 0) throw refused(source, "holds no files");
    return entries;
  }
  if (!found.isFile()) throw refused(source, "is neither a file nor a folder");
  refuseTooLarge(source, found);
  return [
    {
      kind: "file",
      path: path === "." ? posix.basename(from.replaceAll("\\", "/")) : path,
      mode: modeOf(found, mode),
      content: source,
    },
  ];
}

type Walk = Pick<Content, "mode"> & Pick<Where, "excepted">;

async function walk(folder: string, prefix: string, options: Walk): Promise<ZipEntry[]> {
  if (isSame(await stat(folder), options.excepted)) return [];
  const names = (await readdir(folder)).filter((name) => !litter.has(name));
  const nested = await Promise.all(
    names.map(async (name): Promise<ZipEntry[]> => {
      const source = join(folder, name);
      const path = prefix + name;
      const found = await lstat(source);
      if (found.isDirectory()) return walk(source, `${path}/`, options);
      if (found.isFile()) {
        refuseTooLarge(source, found);
        return [{ kind: "file", path, mode: modeOf(found, options.mode), content: source }];
      }
      if (!found.isSymbolicLink()) throw refused(source, "is neither a file nor a folder nor a link");
      if (isSame(await stat(source).catch(() => undefined), options.excepted)) return [];
      return [{ kind: "symlink", path, target: (await readlink(source)).replaceAll("\\", "/") }];
    }),
  );
  return nested.flat();
}

/** As git keeps modes: whatever the umask was, a file is for everybody, to be read or to be run. */
function modeOf(found: Stats, mode: Content["mode"]): number {
  if (mode !== "executable") return mode;
  return (found.mode & 0o111) === 0 ? 0o644 : 0o755;
}

/** Sooner than after minutes of packing; files are held in memory while they are packed, too. */
function refuseTooLarge(source: string, { size }: Stats): void {
  if (size > limits.unzippedBytes) {
    throw refused(source, `has ${size} bytes, and Lambda takes ${limits.unzippedBytes} (250 MB) in all`);
  }
}

function isSame(found: Excepted, other: Excepted): boolean {
  return found !== undefined && other !== undefined && found.ino === other.ino && found.dev === other.dev;
}

function refused(source: string, reason: string): Error {
  return usageError(`${source} cannot be packed: it ${reason}.`, {
    code: "ContentRefused",
    hint: "Mend the folder, or name other `contents` in lambda-ext.jsonc.",
  });
}
