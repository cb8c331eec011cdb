// java*: a Java of this machine with AWS's own runtime client.
import { existsSync, readdirSync } from "node:fs";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { readZip } from "../../layer/zip/read.ts";
import { findJavaClient, type JavaClient } from "./java-client.ts";
import { findJava, type JavaFound } from "./java-home.ts";
import type { FunctionView, RuntimeSupport } from "./runtime.ts";

interface JavaOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly warn: (message: string) => void;
  /** Where the client's files may be put together. */
  readonly directory: string;
}

const mainClass = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda";
const nativeProperty = "com.amazonaws.services.lambda.runtime.api.client.runtimeapi.NativeClient.JNI";

/**
 * The support for a Java runtime.
 * @throws LambdaExtError `InvalidRuntimeException` where there is no Java, or the client is missing.
 */
export async function javaRuntime(runtime: string, { env, warn, directory }: JavaOptions): Promise<RuntimeSupport> {
  const client = findJavaClient(env);
  const name = runtime.slice("java".length);
  const wanted = Number.parseInt(name, 10);
  const java = await findJava(wanted, env);
  if (java.major !== wanted) {
    warn(`Functions of ${runtime} run with Java ${java.version} (${java.program}), the one of this machine.`);
  }
  const folder = join(directory, runtime);
  const native = await layOut(client, folder);
  return {
    label: `java:${name}.local`,
    managed: true,
    folder,
    keep: [java.home],
    languagePrograms: { java: java.program },
    command: (view) => ({
      argv: [java.program, ...javaArguments({ view, java, client, native }), mainClass, view.handler],
      variables: { AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}` },
    }),
  };
}

interface ArgumentParts {
  readonly view: FunctionView;
  readonly java: Pick<JavaFound, "major">;
  readonly client: Pick<JavaClient, "jars">;
  /** The native library's name below lib/jni; undefined where the client unpacks it itself, into /tmp. */
  readonly native: string | undefined;
}

/** Between `java` and the class: what Lambda's own command line has (seen in dumps of java17), as far as the Java of this machine knows it. */
export function javaArguments({ view, java, client, native }: ArgumentParts): readonly string[] {
  const { paths, memorySize } = view;
  const library = join(paths.runtime, "lib");
  return [
    // KB: 85 % of the function's memory.
    `-XX:MaxHeapSize=${Math.round(memorySize * 1024 * 0.85)}k`,
    ...["-XX:+UseSerialGC", "-XX:+TieredCompilation", "-XX:TieredStopAtLevel=1"],
    // The client makes a file descriptor of a number: the log pipe.
    ...(java.major >= 9 ? ["--add-opens=java.base/java.io=ALL-UNNAMED"] : []),
    ...(java.major >= 17 ? ["-XX:+ErrorFileToStderr"] : []),
    // Newer ones warn of native libraries otherwise.
    ...(java.major >= 24 ? ["--enable-native-access=ALL-UNNAMED"] : []),
    "-Dorg.crac.Core.Compat=com.amazonaws.services.lambda.crac",
    ...(native === undefined ? [] : [`-D${nativeProperty}=${join(library, "jni", native)}`]),
    "-classpath",
    [...client.jars.map((jar) => join(library, basename(jar))), ...withoutIsolation(view)].join(":"),
  ];
}

/**
 * The client's class loader takes the code, its lib/*.jar and /opt/java/lib/*.jar, the last under this very name. Without isolation nothing
 * lies there: one class loader then has it all, in the same order.
 */
function withoutIsolation({ paths, taskFolder, optFolder }: FunctionView): readonly string[] {
  if (paths.opt === "/opt") return [];
  const layers = jarsIn(join(optFolder, "java/lib"));
  return layers.length === 0 ? [] : [paths.task, ...jarsIn(join(taskFolder, "lib")), ...layers];
}

function jarsIn(folder: string): readonly string[] {
  try {
    const names = readdirSync(folder).filter((name) => name.endsWith(".jar"));
    return names.sort().map((name) => join(folder, name));
  } catch {
    return [];
  }
}

/**
 * Puts /var/runtime together: the jars in lib/, and the native part in lib/jni/, as on Lambda. The client would write it to one file of
 * /tmp, which all environments without isolation share.
 */
async function layOut({ client, jars }: JavaClient, folder: string): Promise<string | undefined> {
  const library = join(folder, "lib");
  await mkdir(join(library, "jni"), { recursive: true });
  await Promise.all(jars.map((jar) => copyFile(jar, join(library, basename(jar)))));
  const name = nativeName();
  const zip = await readZip(client);
  try {
    const entry = zip.entries.find(({ path }) => path === `jni/${name}`);
    if (!entry) return undefined;
    await writeFile(join(library, "jni", name), await zip.read(entry));
    return name;
  } finally {
    zip.close();
  }
}

/** Named after the C library and the processor. */
function nativeName(): string {
  const processor = process.arch === "arm64" ? "aarch_64" : "x86_64";
  return `libaws-lambda-jni.linux${hasGlibc() ? "" : "_musl"}-${processor}.so`;
}

/** glibc's own loader, where every Linux that has it keeps it. */
function hasGlibc(): boolean {
  return existsSync(process.arch === "arm64" ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2");
}
