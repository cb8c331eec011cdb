// Level `namespace`: writes down, as an fstab, what is mounted where in a place, and makes the folder that it is mounted over.
import { mkdirSync, realpathSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type HostMount, lockedOptions, readHostMounts, writableInside } from "./host-mounts.ts";
import { type PlaceContents, type PlaceStep, planPlace } from "./place.ts";

/** What the script mounts. */
export interface NamespaceRoot {
  /** Holds nothing but mount points and links. */
  readonly folder: string;
  /** Every line must succeed. */
  readonly fstab: string;
  /** Takes the right to write from mounts inside what was copied; some of them nobody can reach, hence it may fail. */
  readonly readOnlyFstab: string | undefined;
}

const devices = ["null", "zero", "full", "random", "urandom", "tty"];
const deviceLinks: Readonly<Record<string, string>> = {
  ...{ fd: "/proc/self/fd", stdin: "/proc/self/fd/0", stdout: "/proc/self/fd/1", stderr: "/proc/self/fd/2" },
  ptmx: "pts/ptmx",
};

/** Makes folder and files in the place's scratch folder, anew where they are there. Nothing is mounted. */
export function makeNamespaceRoot(contents: PlaceContents): NamespaceRoot {
  const scratch = contents.scratch;
  const unresolved = join(scratch, "root");
  // Nothing is ever mounted on it where we are: it is empty folders, files and links.
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(unresolved, { recursive: true, mode: 0o755 });
  const folder = realpathSync(unresolved);
  const draft = new Draft(folder);
  for (const step of planPlace(contents)) draft.add(step);
  draft.addSystem();
  const fstab = join(scratch, "fstab");
  writeFileSync(fstab, draft.lines.join(""));
  if (draft.readOnlyLines.length === 0) return { folder, fstab, readOnlyFstab: undefined };
  const readOnlyFstab = join(scratch, "fstab.read-only");
  writeFileSync(readOnlyFstab, draft.readOnlyLines.join(""));
  return { folder, fstab, readOnlyFstab };
}

/** One line of fstab(5). */
export function fstabLine(source: string, target: string, { type, options }: { type: string; options: string[] }) {
  return `${escapeOctal(source)} ${escapeOctal(target)} ${type} ${options.join(",")} 0 0\n`;
}

class Draft {
  readonly lines: string[] = [];
  readonly readOnlyLines: string[] = [];
  private readonly root: string;
  private readonly mounts: readonly HostMount[] = readHostMounts();

  constructor(root: string) {
    this.root = root;
    // First the folder over itself: pivot_root wants a mount, and this one is read-only once everything lies in it.
    this.bind(root, root);
  }

  add(step: PlaceStep): void {
    const target = join(this.root, step.path);
    switch (step.kind) {
      case "bind":
        this.copy(step.source, target, step.optional === true);
        return;
      case "link":
        mkdirSync(dirname(target), { recursive: true });
        symlinkSync(step.target, target);
        return;
      case "folder":
        mkdirSync(target, { recursive: true });
        return;
      case "tmp":
        this.file(target, { type: "tmpfs", options: ["nosuid", "nodev", `size=${step.megabytes}m`, "mode=1777"] });
    }
  }

  addSystem(): void {
    const dev = join(this.root, "dev");
    mkdirSync(dev);
    for (const name of devices) {
      writeFileSync(join(dev, name), "");
      this.lines.push(fstabLine(`/dev/${name}`, join(dev, name), { type: "none", options: ["bind"] }));
    }
    for (const [name, target] of Object.entries(deviceLinks)) symlinkSync(target, join(dev, name));
    this.file(join(dev, "shm"), { type: "tmpfs", options: ["nosuid", "nodev", "mode=1777"] });
    const pts = ["nosuid", "noexec", "newinstance", "ptmxmode=0666", "mode=620"];
    this.file(join(dev, "pts"), { type: "devpts", options: pts });
    this.file(join(this.root, "proc"), { type: "proc", options: ["nosuid", "nodev", "noexec"] });
  }

  /** A file system of the kernel's. */
  private file(target: string, how: { type: string; options: string[] }): void {
    mkdirSync(target, { recursive: true });
    this.lines.push(fstabLine(how.type, target, how));
  }

  private copy(source: string, target: string, optional: boolean): void {
    const status = statSync(source, { throwIfNoEntry: !optional });
    if (!status) return;
    if (this.isInMemory(target)) {
      this.bind(source, target, ["X-mount.mkdir"]);
      return;
    }
    mkdirSync(status.isDirectory() ? target : dirname(target), { recursive: true });
    if (!status.isDirectory()) writeFileSync(target, "");
    this.bind(source, target);
  }

  /** Its mount point can't be made yet: that file system is not there before the script runs. */
  private isInMemory(target: string): boolean {
    return target.startsWith(`${join(this.root, "tmp")}/`);
  }

  private bind(source: string, target: string, more: readonly string[] = []): void {
    const real = realpathSync(source);
    const options = (path: string) => ["ro", ...lockedOptions(path, this.mounts)];
    // Whole trees: the kernel shows nobody what another mount hides from him.
    this.lines.push(fstabLine(real, target, { type: "none", options: ["rbind", ...options(real), ...more] }));
    for (const { point } of real === this.root ? [] : writableInside(real, this.mounts)) {
      const inner = join(target, point.slice(real.length));
      this.readOnlyLines.push(
        fstabLine("none", inner, { type: "none", options: ["remount", "bind", ...options(point)] }),
      );
    }
  }
}

/** fstab separates by white space, and takes a path's bytes as three octal digits each. */
function escapeOctal(path: string): string {
  const octal = (byte: number) => `\\${byte.toString(8).padStart(3, "0")}`;
  return path.replace(/[^\w./,:@%+=-]+/gu, (text) => [...Buffer.from(text)].map(octal).join(""));
}
