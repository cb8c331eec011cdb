// AWS's Java client and a Java compiler, for tests: where they are, and zips of classes.
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { findJavaClient } from "../../../../src/emulator/runtimes/java-client.ts";
import { findTool } from "../../../support/tools.ts";
import type { FixtureFile } from "./world.ts";

/** Where `.ci/run` has put the jars; without, the local Maven repository may have them. */
const folder = process.env.LAMBDA_EXT_TEST_JARS;

/** What the tool is told, so that it finds the client. */
export const javaEnv: NodeJS.ProcessEnv = {
  HOME: process.env.HOME,
  ...(process.env.JAVA_HOME && { JAVA_HOME: process.env.JAVA_HOME }),
  ...(folder && { LAMBDA_EXT_JAVA_RIC: folder }),
};

const compiler = findTool("javac");
const client = find();

/** For a test's name; empty where everything is there. */
export const javaMissing = compiler === undefined ? " (needs javac)" : client ? "" : " (needs AWS's Java client)";

function find() {
  try {
    return findJavaClient(javaEnv);
  } catch {
    return undefined;
  }
}

/** Compiles sources, by their paths, against the client's interfaces; gives the classes, and with `jar` the jar they are in. */
export async function compileJava(
  sources: Readonly<Record<string, string>>,
  { jar, classpath = [] }: { readonly jar?: string; readonly classpath?: readonly string[] } = {},
): Promise<readonly FixtureFile[]> {
  const work = await mkdtemp(join(tmpdir(), "lambda-ext-java-"));
  try {
    for (const [path, text] of Object.entries(sources)) {
      await mkdir(dirname(join(work, path)), { recursive: true });
      await writeFile(join(work, path), text);
    }
    const out = join(work, "out");
    const jars = [...(client?.jars ?? []), ...classpath].join(":");
    const run = promisify(execFile);
    const options = ["-encoding", "UTF-8", "--release", "8", "-Xlint:-options", "-cp", jars, "-d", out];
    await run(compiler ?? "", [...options, ...Object.keys(sources)], { cwd: work });
    const { stdout } = await run("find", [".", "-name", "*.class"], { cwd: out });
    const paths = stdout
      .split("\n")
      .filter(Boolean)
      .map((path) => path.slice(2));
    if (!jar)
      return await Promise.all(
        paths.map(async (path) => ({ path, content: await readFile(join(out, path)), mode: 0o644 })),
      );
    await run(join(dirname(compiler ?? ""), "jar"), ["cf", join(work, "made.jar"), "-C", out, "."]);
    return [{ path: jar, content: await readFile(join(work, "made.jar")), mode: 0o644 }];
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
