// Tries a command line that makes a place: whether it works here is known only afterwards.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { PlaceContents } from "./place.ts";

/** Inside there must be Lambda's folders, a /tmp that takes files, and a root that takes none. */
const trial = "test -d /var/task && echo yes >/tmp/file && ! (: >/file) 2>/dev/null";

/** Makes a place and runs something in it; gives what went wrong, one sentence. `directory` is where the folders for it come to lie. */
export async function tryPlace(
  command: (contents: PlaceContents) => readonly string[],
  directory: string,
): Promise<string | undefined> {
  await mkdir(directory, { recursive: true });
  const folder = await mkdtemp(join(directory, "probe-"));
  try {
    const inside = join(folder, "inside");
    const file = join(inside, "file");
    await mkdir(inside);
    await writeFile(file, "");
    const [program = "", ...args] = command({
      ...{ task: inside, opt: inside, runtime: inside, pipes: inside, hostsFile: file, passwdFile: file },
      scratch: join(folder, "scratch"),
      ...{ ephemeralStorage: 512, keep: [], languagePrograms: { sh: "/bin/sh" } },
    });
    await promisify(execFile)(program, [...args, "/bin/sh", "-c", trial], {
      timeout: 10_000,
      env: { PATH: "/usr/bin:/bin" },
    });
    return undefined;
  } catch (error) {
    return wordsOf(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** What a program said before it failed, on one line; never the command line, which is a page long. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said =
    "stderr" in error
      ? String(error.stderr)
          .trim()
          .replaceAll(/\s*\n\s*/g, "; ")
      : "";
  if (said) return said;
  return "code" in error ? `it ended with ${String(error.code)} and said nothing.` : error.message;
}
