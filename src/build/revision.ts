// The commit that a project's sources are at.
import { execFile } from "node:child_process";

/** HEAD's commit; undefined outside a work tree, in one without commits, and without git. */
export function readRevision(folder: string, env: NodeJS.ProcessEnv): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile("git", ["rev-parse", "HEAD"], { cwd: folder, env, windowsHide: true }, (error, stdout) => {
      resolve(error ? undefined : stdout.trim() || undefined);
    });
  });
}
