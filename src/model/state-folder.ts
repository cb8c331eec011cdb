// Where programs of this user keep what they know between runs.
import { isAbsolute, join } from "node:path";

/** The folder for every program's state, by the system's habit (the XDG specification on Linux); undefined where no home is known. */
export function stateFolder(env: NodeJS.ProcessEnv, platform: NodeJS.Platform): string | undefined {
  if (platform === "win32") return env.LOCALAPPDATA || (env.USERPROFILE && join(env.USERPROFILE, "AppData", "Local"));
  // The specification says to pass over a relative path.
  if (env.XDG_STATE_HOME && isAbsolute(env.XDG_STATE_HOME)) return env.XDG_STATE_HOME;
  if (!env.HOME || !isAbsolute(env.HOME)) return undefined;
  return platform === "darwin" ? join(env.HOME, "Library", "Application Support") : join(env.HOME, ".local", "state");
}
