// The bubblewrap command line that makes a place look like Lambda: its own /opt, /var/task, /var/runtime and /tmp over this machine's
// file system, read-only.
import { existsSync, lstatSync, readdirSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, join, relative } from "node:path";

/** What bubblewrap can do here; found out by `detectIsolation`. */
export interface BwrapSetup {
  /** bubblewrap's absolute path: the distribution's own, which is the one that AppArmor knows. */
  readonly program: string;
  /** A user namespace: what an ordinary user needs, and root does without where it is forbidden. */
  readonly userNamespace: boolean;
  /** Options for /tmp that older ones lack (`--perms` before 0.5, `--size` before 0.7): /tmp is then private, but as large as memory allows. */
  readonly tmpOptions: readonly ("--size" | "--perms")[];
  /** Root stays root: a language in root's own home would be unreadable for anybody else. */
  readonly asRoot: boolean;
}

/** What lies in the place. */
export interface BwrapContents {
  readonly task: string;
  readonly opt: string;
  readonly runtime: string;
  /** Comes to lie at `pipesInside`. */
  readonly pipes: string;
  readonly hostsFile: string;
  readonly passwdFile: string;
  /** MB of /tmp. */
  readonly ephemeralStorage: number;
  /** Folders of this machine that must stay visible where they are, even below /opt: an interpreter's. */
  readonly keep: readonly string[];
  /** Names in /var/lang/bin → programs of this machine. */
  readonly languagePrograms: Readonly<Record<string, string>>;
}

/** Where the processes' FIFOs lie inside. */
export const pipesInside = "/.lambda-ext";

/** Made by us, hence not taken over from this machine. */
const ours = new Set(["opt", "var", "tmp", "proc", "dev", "sys"]);
const oursInVar = new Set(["task", "runtime", "tmp", "lang"]);
/** Lambda's sandbox user. */
export const sandboxUser = { name: "sbx_user1051", uid: 993, gid: 990 } as const;

/** Everything up to the command that is to run inside. */
export function bwrapArguments(setup: BwrapSetup, contents: BwrapContents): string[] {
  return [
    ...(setup.userNamespace ? ["--unshare-user"] : []),
    ...(setup.userNamespace && !setup.asRoot
      ? ["--uid", String(sandboxUser.uid), "--gid", String(sandboxUser.gid)]
      : []),
    ...["--unshare-pid", "--die-with-parent"],
    ...["--tmpfs", "/"],
    ...bindChildren("/", ours),
    ...bindChildren("/var", oursInVar),
    ...["--ro-bind", contents.task, "/var/task"],
    ...["--ro-bind", contents.runtime, "/var/runtime"],
    ...Object.entries(contents.languagePrograms).flatMap(([name, file]) => [
      "--symlink",
      file,
      `/var/lang/bin/${name}`,
    ]),
    ...bindOpt(contents),
    ...(setup.tmpOptions.includes("--size") ? ["--size", String(contents.ephemeralStorage * 1024 * 1024)] : []),
    ...(setup.tmpOptions.includes("--perms") ? ["--perms", "1777"] : []),
    ...["--tmpfs", "/tmp"],
    ...["--ro-bind", contents.pipes, pipesInside],
    ...bindOver(contents.hostsFile, "/etc/hosts"),
    ...bindOver(contents.passwdFile, "/etc/passwd"),
    ...keptOutsideOpt(contents.keep).flatMap((folder) => ["--ro-bind", folder, folder]),
    ...["--dev", "/dev", "--proc", "/proc"],
    ...["--remount-ro", "/"],
    ...["--chdir", "/"],
  ];
}

/** A bind of `/` itself would make missing mount points on the real machine where root runs it: never. */
function bindChildren(folder: string, except: ReadonlySet<string>): string[] {
  return readdirSync(folder)
    .filter((name) => !except.has(name))
    .flatMap((name) => {
      const path = join(folder, name);
      const status = lstatSync(path, { throwIfNoEntry: false });
      if (status?.isSymbolicLink()) return ["--symlink", readlinkSync(path), path];
      return status?.isDirectory() || status?.isFile() ? ["--ro-bind-try", path, path] : [];
    });
}

/** Over a file that is there, wherever a link leads to it; a link itself can't be mounted on. */
function bindOver(source: string, target: string): string[] {
  return existsSync(target) ? ["--ro-bind", source, realpathSync(target)] : [];
}

function bindOpt({ opt, keep }: BwrapContents): string[] {
  const kept = keep.filter((folder) => isBelow(folder, "/opt"));
  if (kept.length === 0) return ["--ro-bind", opt, "/opt"];
  // A mount point can't be made inside a read-only bind, so /opt is put together from its entries. An entry that a layer has too is
  // the layer's: the function comes first, and the interpreter then fails by its own words.
  const entries = readdirSync(opt);
  return [
    ...["--dir", "/opt"],
    ...entries.flatMap((name) => bindEntry(join(opt, name), `/opt/${name}`)),
    ...kept
      .filter((folder) => !entries.includes(relative("/opt", folder).split("/")[0] ?? ""))
      .flatMap((folder) => ["--ro-bind", folder, folder]),
  ];
}

function bindEntry(source: string, target: string): string[] {
  return lstatSync(source).isSymbolicLink()
    ? ["--symlink", readlinkSync(source), target]
    : ["--ro-bind", source, target];
}

/** Of the places that we empty, these can take a mount point. */
function keptOutsideOpt(keep: readonly string[]): string[] {
  return keep.filter((folder) => isBelow(folder, "/tmp") || isBelow(folder, "/var/tmp"));
}

function isBelow(path: string, folder: string): boolean {
  return path !== folder && `${dirname(path)}/`.startsWith(`${folder}/`);
}
