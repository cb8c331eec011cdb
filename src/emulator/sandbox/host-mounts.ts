// What is mounted where on this machine: read-only copies of its folders keep each mount's own restrictions.
import { readFileSync } from "node:fs";

/** One mount that can be seen. */
export interface HostMount {
  readonly point: string;
  readonly options: readonly string[];
}

/** Options of a mount that an ordinary user's copy of it must have too, or the kernel refuses the copy. */
const locked = new Set(["nosuid", "nodev", "noexec", "noatime", "nodiratime", "relatime"]);

/** All of them, in the order of mounting; of those on one folder the last, which hides the others. */
export function readHostMounts(text: string = readFileSync("/proc/self/mountinfo", "utf8")): HostMount[] {
  const mounts = new Map<string, HostMount>();
  for (const line of text.split("\n")) {
    const [, , , , point, options] = line.split(" ");
    if (point === undefined || options === undefined) continue;
    const mount = { point: unescapeOctal(point), options: options.split(",") };
    mounts.delete(mount.point);
    mounts.set(mount.point, mount);
  }
  return [...mounts.values()];
}

/** What a copy of the file or folder must be mounted with, beside being read-only. */
export function lockedOptions(path: string, mounts: readonly HostMount[]): string[] {
  const around = mounts.filter(({ point }) => point === path || isInside(path, point));
  const nearest = around.reduce<HostMount | undefined>(
    (best, mount) => (best === undefined || mount.point.length >= best.point.length ? mount : best),
    undefined,
  );
  return nearest?.options.filter((option) => locked.has(option)) ?? [];
}

/** The mounts somewhere in a folder that can be written to. */
export function writableInside(folder: string, mounts: readonly HostMount[]): HostMount[] {
  return mounts.filter(({ point, options }) => isInside(point, folder) && !options.includes("ro"));
}

function isInside(path: string, folder: string): boolean {
  return path !== folder && path.startsWith(folder === "/" ? folder : `${folder}/`);
}

/** The kernel writes space, tab, newline, backslash and # as three octal digits, each a byte. */
function unescapeOctal(text: string): string {
  const bytes = Buffer.from(text);
  const latin = bytes
    .toString("latin1")
    .replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)));
  return Buffer.from(latin, "latin1").toString();
}
