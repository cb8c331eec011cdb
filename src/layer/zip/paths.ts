// Which paths and links may stand in a zip: only those that stay in the folder that it is unpacked into.
import { posix } from "node:path";

/** Why a path may not stand in a zip, as words that follow "the path …"; undefined where it may. */
export function pathProblem(path: string): string | undefined {
  if (path === "" || path === ".") return "is empty";
  if (path.includes("\0")) return "holds a NUL byte";
  if (path.includes("\\")) return "holds a backslash";
  if (path.startsWith("/") || /^[A-Za-z]:/.test(path)) return "is absolute";
  const parts = path.split("/");
  if (parts.includes("..")) return 'goes up with ".."';
  if (parts.includes("") || parts.includes(".")) return "has an empty part";
  return undefined;
}

/** How many links one path may lead over, as on Linux. */
const mostLinks = 40;

interface LinkQuestion {
  /** The link's own path in the zip. */
  readonly path: string;
  readonly target: string;
  /** Every link of the zip: path → target. Links that are harmless alone can escape together. */
  readonly links: ReadonlyMap<string, string>;
  /** Where the zip is unpacked in Lambda (`/opt`, `/var/task`): an absolute target below it is inside. */
  readonly mount?: string | undefined;
}

/** Why a link may not stand in a zip, as words that follow "the link …"; undefined where it may. */
export function linkProblem(question: LinkQuestion): string | undefined {
  const { target } = question;
  if (target === "") return "has no target";
  if (target.includes("\0")) return "has a target with a NUL byte";
  if (target.includes("\\")) return "has a target with a backslash";
  const followed = followLink(question);
  return "problem" in followed ? followed.problem : undefined;
}

/** Where in the zip a link leads to, over all other links on the way (`""` is the top), or why it leads nowhere in it. */
export function followLink({ path, target, links, mount }: LinkQuestion): { place: string } | { problem: string } {
  // Walked part by part as the kernel does: `a/..` is not the folder of `a` where `a` is a link.
  const rest = targetParts(target, mount);
  if (!rest) return { problem: "has an absolute target" };
  let at = target.startsWith("/") ? [] : path.split("/").slice(0, -1);
  for (let followed = 0; rest.length > 0; ) {
    const part = rest.shift();
    if (part === undefined || part === "" || part === ".") continue;
    if (part === "..") {
      if (at.length === 0) return { problem: "leads out of the zip" };
      at.pop();
      continue;
    }
    at.push(part);
    const next = links.get(at.join("/"));
    if (next === undefined) continue;
    if (++followed > mostLinks) return { problem: "leads in a circle" };
    const nextParts = targetParts(next, mount);
    if (!nextParts) return { problem: "leads over a link with an absolute target" };
    rest.unshift(...nextParts);
    at = next.startsWith("/") ? [] : at.slice(0, -1);
  }
  return { place: at.join("/") };
}

/** The target relative to its own folder: absolute targets below the mount are rewritten, others stay as they are. */
export function relativeTarget(path: string, target: string, mount?: string): string {
  const parts = target.startsWith("/") ? targetParts(target, mount) : undefined;
  return parts ? posix.relative(posix.dirname(`/${path}`), `/${parts.join("/")}`) || "." : target;
}

/** The parts to walk, from the link's folder or, for an absolute target below the mount, from the top; undefined for other absolute ones. */
function targetParts(target: string, mount: string | undefined): string[] | undefined {
  if (!target.startsWith("/")) return target.split("/");
  if (mount === undefined || (target !== mount && !target.startsWith(`${mount}/`))) return undefined;
  return target.slice(mount.length).split("/");
}
