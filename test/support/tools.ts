// Finds the programs that judge us; a test whose program is missing skips, with the reason in its name.
import { execFileSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** Where `.ci/run` has put its virtual environment's programs. */
const toolFolders = [process.env.LAMBDA_EXT_TEST_TOOLS ?? "", ...(process.env.PATH ?? "").split(delimiter)].filter(
  Boolean,
);

/** The absolute path of a program; undefined where this machine has none. */
export function findTool(name: string): string | undefined {
  return toolFolders.map((folder) => join(folder, name)).find(isExecutable);
}

/** For `describe.skipIf(missing("aws"))`: whether one of the programs is not there. */
export function missing(...names: readonly string[]): boolean {
  return names.some((name) => findTool(name) === undefined);
}

/** A Python that has AWS's runtime client; undefined where this machine has none. */
export function pythonWithClient(): string | undefined {
  const python = findTool("python3") ?? findTool("python");
  if (!python) return undefined;
  try {
    execFileSync(python, ["-c", "import awslambdaric"], { stdio: "ignore" });
    return python;
  } catch {
    return undefined;
  }
}

/** Whether bubblewrap works here, not merely exists. */
export function bubblewrapWorks(): boolean {
  const bwrap = findTool("bwrap");
  if (!bwrap) return false;
  try {
    execFileSync(bwrap, ["--ro-bind", "/", "/", "--unshare-pid", "--dev", "/dev", "--proc", "/proc", "true"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

/** Whether util-linux's programs may make the namespaces that they need here. */
export function namespacesWork(): boolean {
  const unshare = findTool("unshare");
  if (!unshare) return false;
  try {
    const root = ["--map-root-user", "--mount", "--pid", "--fork", "--kill-child", "--"];
    execFileSync(unshare, [...root, "/bin/sh", "-c", "mount -t proc proc /proc && mount -t tmpfs tmpfs /tmp"], {
      stdio: "ignore",
    });
    return true;
  } catch {
    return false;
  }
}

/** Whether environments of a level can have networks of their own here. */
export function networksWork(level: "bwrap" | "namespace"): boolean {
  if (missing("nsenter")) return false;
  const [program, ...args] = {
    bwrap: ["bwrap", "--unshare-user", "--unshare-net", "--dev-bind", "/", "/", "true"],
    namespace: ["unshare", "--user", "--map-root-user", "--net", "--", "/bin/sh", "-c", "ip link set lo up"],
  }[level];
  try {
    execFileSync(findTool(program ?? "") ?? "", args, { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
