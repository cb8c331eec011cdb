// What a place looks like that is kept apart from this machine: Lambda's /opt, /var/task, /var/runtime and /tmp over this machine's
// file system, read-only. Each level turns the steps into its own commands.
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { SandboxPaths } from "./sandbox.ts";

/** What lies in the place. */
export interface PlaceContents {
  readonly task: string;
  readonly opt: string;
  readonly runtime: string;
  /** Comes to lie at `pipesInside`. */
  readonly pipes: string;
  readonly hostsFile: string;
  readonly passwdFile: string;
  /** A folder of this place's alone, where a level may put files of its own; it need not exist. */
  readonly scratch: string;
  /** MB of /tmp. */
  readonly ephemeralStorage: number;
  /** Folders of this machine that must stay visible where they are, even below /opt: an interpreter's. */
  readonly keep: readonly string[];
  /** Names in /var/lang/bin → programs of this machine. */
  readonly languagePrograms: Readonly<Record<string, string>>;
}

/** One thing to do, in order. Paths are those inside. */
export type PlaceStep =
  /** A file or folder of this machine, with all that is mounted in it, read-only. `optional`: it may have gone by now. */
  | { readonly kind: "bind"; readonly source: string; readonly path: string; readonly optional?: boolean }
  | { readonly kind: "link"; readonly target: string; readonly path: string }
  | { readonly kind: "folder"; readonly path: string }
  /** Memory that everybody may write to. */
  | { readonly kind: "tmp"; readonly path: string; readonly megabytes: number };

/** How things lie in it. */
export const placePaths: SandboxPaths = { task: "/var/task", opt: "/opt", runtime: "/var/runtime" };
/** Where the processes' FIFOs lie inside. */
export const pipesInside = "/.lambda-ext";
/** Where this machine's own /bin/sh lies inside, for us: a dash starts in half the time of the bash that programs find there. */
export const ownShell = "/.lambda-ext-sh";
/** Lambda's sandbox user. */
export const sandboxUser = { name: "sbx_user1051", uid: 993, gid: 990 } as const;

/** Made by us, hence not taken over from this machine. */
const ours = new Set(["opt", "var", "tmp", "proc", "dev", "sys"]);
const oursInVar = new Set(["task", "runtime", "tmp", "lang"]);

/** Everything but /proc and /dev, which the kernel fills. */
export function planPlace(contents: PlaceContents): PlaceStep[] {
  return [
    ...bindChildren("/", ours),
    ...bindChildren("/var", oursInVar),
    bind(contents.task, placePaths.task),
    bind(contents.runtime, placePaths.runtime),
    ...Object.entries(contents.languagePrograms).map(([name, file]) => link(file, `/var/lang/bin/${name}`)),
    ...bindOpt(contents),
    { kind: "tmp", path: "/tmp", megabytes: contents.ephemeralStorage },
    bind(contents.pipes, pipesInside),
    ...bindShells(),
    ...bindOver(contents.hostsFile, "/etc/hosts"),
    ...bindOver(contents.passwdFile, "/etc/passwd"),
    ...keptOutsideOpt(contents.keep).map((folder) => bind(folder, folder)),
  ];
}

function bind(source: string, path: string): PlaceStep {
  return { kind: "bind", source, path };
}

function link(target: string, path: string): PlaceStep {
  return { kind: "link", target, path };
}

/** A bind of `/` itself would make missing mount points on the real machine where root runs it: never. */
function bindChildren(folder: string, except: ReadonlySet<string>): PlaceStep[] {
  return readdirSync(folder)
    .filter((name) => !except.has(name))
    .flatMap((name): PlaceStep[] => {
      const path = join(folder, name);
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status?.isSymbolicLink()) return [link(readlinkSync(path), path)];
      return status?.isDirectory() || status?.isFile() ? [{ kind: "bind", source: path, path, optional: true }] : [];
    });
}

/** Over a file that is there, wherever a link leads to it; a link itself can't be mounted on. */
function bindOver(source: string, target: string): PlaceStep[] {
  return existsSync(target) ? [bind(source, realpathSync(target))] : [];
}

/**
 * On Amazon Linux /bin/sh is bash, and scripts for it use what only bash has. Debian's dash makes room for it; a busybox, which is many programs in
 * one file, can't.
 */
function bindShells(): PlaceStep[] {
  const shell = realpathSync("/bin/sh");
  const bash = ["/bin/bash", "/usr/bin/bash"].find((path) => existsSync(path));
  return [
    bind(shell, ownShell),
    ...(basename(shell) === "dash" && bash !== undefined ? [bind(realpathSync(bash), shell)] : []),
  ];
}

function bindOpt({ opt, keep }: PlaceContents): PlaceStep[] {
  const kept = keep.filter((folder) => isBelow(folder, placePaths.opt));
  if (kept.length === 0) return [bind(opt, placePaths.opt)];
  return putTogether(opt, { path: placePaths.opt, kept });
}

/**
 * A mount point can't be made inside a read-only bind, so a folder that layers and an interpreter share (/opt, or /opt/java) is put together
 * from its entries. Where both have the same file the function comes first, and the interpreter then fails by its own words.
 */
function putTogether(source: string, { path, kept }: { path: string; kept: readonly string[] }): PlaceStep[] {
  const entries = readdirSync(source);
  return [
    { kind: "folder", path },
    ...entries.flatMap((name) => {
      const [from, to] = [join(source, name), join(path, name)];
      const below = kept.filter((folder) => isBelow(folder, to));
      const isShared = below.length > 0 && lstatSync(from).isDirectory();
      return isShared ? putTogether(from, { path: to, kept: below }) : [bindEntry(from, to)];
    }),
    ...kept
      .filter((folder) => !entries.includes(relative(path, folder).split("/")[0] ?? ""))
      .map((folder) => bind(folder, folder)),
  ];
}

function bindEntry(source: string, path: string): PlaceStep {
  return lstatSync(source).isSymbolicLink() ? link(readlinkSync(source), path) : bind(source, path);
}

/** Of the places that we empty, these can take a mount point. */
function keptOutsideOpt(keep: readonly string[]): string[] {
  return keep.filter((folder) => isBelow(folder, "/tmp") || isBelow(folder, "/var/tmp"));
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && `${dirname(path)}/`.startsWith(`${folder}/`);
}
