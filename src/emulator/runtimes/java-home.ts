// Finds a Java of this machine, of the function's version where there is one.
import { execFile } from "node:child_process";
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { toolError } from "../../model/errors.ts";
import { findProgram, isProgram } from "../sandbox/programs.ts";

/** A Java as it is found. */
export interface JavaFound {
  readonly program: string;
  /** e.g. 17.0.15 */
  readonly version: string;
  /** e.g. 17; 8 for 1.8. */
  readonly major: number;
  /** The folder that it lies in, links followed. */
  readonly home: string;
}

/** Where Linux distributions put them, one folder each. */
const usualFolder = "/usr/lib/jvm";

/**
 * Looks at `LAMBDA_EXT_JAVA` alone where it is set, else at JAVA_HOME, PATH and the usual folder. `wanted` is a major version; the first
 * of that version is taken, else the first at all.
 * @throws LambdaExtError `InvalidRuntimeException` where there is none.
 */
export async function findJava(wanted: number | undefined, env: NodeJS.ProcessEnv): Promise<JavaFound> {
  const chosen = env.LAMBDA_EXT_JAVA;
  let first: JavaFound | undefined;
  for (const program of chosen ? [chosen] : usualPrograms(env)) {
    if (!isProgram(program)) continue;
    const found = await examine(program);
    if (found && (wanted === undefined || found.major === wanted)) return found;
    first ??= found;
  }
  if (first) return first;
  const where = chosen ? `LAMBDA_EXT_JAVA is ${chosen}` : "neither JAVA_HOME nor PATH leads to one";
  throw toolError(`Running a Java function failed: no Java was found (${where}).`, {
    code: "InvalidRuntimeException",
    hint: `Install one (apt install openjdk-${wanted ?? 21}-jre-headless), or set LAMBDA_EXT_JAVA to a java program and restart the local endpoint.`,
  });
}

function usualPrograms(env: NodeJS.ProcessEnv): readonly string[] {
  const onPath = findProgram("java", env);
  return [
    ...(env.JAVA_HOME ? [join(env.JAVA_HOME, "bin/java")] : []),
    ...(onPath ? [onPath] : []),
    ...namesIn(usualFolder).map((name) => join(usualFolder, name, "bin/java")),
  ];
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

async function examine(program: string): Promise<JavaFound | undefined> {
  try {
    const real = realpathSync(program);
    const home = dirname(dirname(real));
    const version = readRelease(home) ?? (await askVersion(real));
    const major = /^(?:1\.)?(\d+)/.exec(version)?.[1];
    return major === undefined ? undefined : { program: real, version, major: Number(major), home };
  } catch {
    return undefined;
  }
}

/** Every JDK since 8 says so in a file: a tenth of what starting it takes. */
function readRelease(home: string): string | undefined {
  try {
    return /^JAVA_VERSION="([^"]+)"/m.exec(readFileSync(join(home, "release"), "utf8"))?.[1];
  } catch {
    return undefined;
  }
}

async function askVersion(program: string): Promise<string> {
  const { stderr } = await promisify(execFile)(program, ["-version"], { timeout: 20_000 });
  return /version "([^"]+)"/.exec(stderr)?.[1] ?? "";
}
