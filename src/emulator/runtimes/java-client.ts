// Finds the jars of AWS's Java runtime client on this machine. Nothing is ever downloaded: the error says how to do that.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { toolError } from "../../model/errors.ts";

const group = "com.amazonaws";
const artifact = "aws-lambda-java-runtime-interface-client";
/** The one that this was tried with; newer ones are taken where they are found. */
const triedVersion = "2.9.0";

/** One command that brings the client and what it needs into the local Maven repository. */
export const fetchCommand = `mvn dependency:get -Dartifact=${group}:${artifact}:${triedVersion}`;

/** The client as it is found. */
export interface JavaClient {
  /** The client's own jar, which holds its native part. */
  readonly client: string;
  /** All jars, the client's among them. */
  readonly jars: readonly string[];
  readonly version: string;
}

/**
 * Looks into the folder that `LAMBDA_EXT_JAVA_RIC` names, where it is set, else into the local Maven repository, where the newest version is
 * taken.
 * @throws LambdaExtError `InvalidRuntimeException` where it is not there, or incomplete.
 */
export function findJavaClient(env: NodeJS.ProcessEnv): JavaClient {
  const folder = env.LAMBDA_EXT_JAVA_RIC;
  return folder ? inFolder(folder) : inRepository(join(env.HOME ?? homedir(), ".m2", "repository"));
}

function inFolder(folder: string): JavaClient {
  const jars = namesIn(folder).filter((name) => name.endsWith(".jar"));
  const client = jars.find((name) => name.startsWith(`${artifact}-`));
  if (!client) throw missing(`LAMBDA_EXT_JAVA_RIC is ${folder}, and no ${artifact}-*.jar lies there`);
  const core = jars.find((name) => name.startsWith("aws-lambda-java-core-"));
  if (!core) throw missing(`in ${folder} lies the client without aws-lambda-java-core-*.jar`);
  const version = client.slice(artifact.length + 1, -".jar".length);
  return { client: join(folder, client), jars: jars.map((name) => join(folder, name)), version };
}

function inRepository(repository: string): JavaClient {
  const versions = namesIn(join(repository, ...group.split("."), artifact))
    .sort(byVersion)
    .reverse();
  for (const version of versions) {
    const client = jarOf(repository, { group, artifact, version });
    if (!existsSync(client)) continue;
    const pom = client.replace(/\.jar$/, ".pom");
    if (!existsSync(pom)) throw missing(`${pom} is not there`);
    const needed = dependenciesOf(pom);
    const jars = needed.map((coordinates) => jarOf(repository, coordinates));
    const absent = jars.find((jar) => !existsSync(jar));
    if (absent) throw missing(`version ${version} needs ${absent}, which is not there`);
    return { client, jars: [client, ...jars], version };
  }
  throw missing(`it is not in ${repository}`);
}

interface Coordinates {
  readonly group: string;
  readonly artifact: string;
  readonly version: string;
}

function jarOf(repository: string, { group: own, artifact: name, version }: Coordinates): string {
  return join(repository, ...own.split("."), name, version, `${name}-${version}.jar`);
}

/** What a pom asks for at run time: its own dependencies, which it names with their versions. Theirs hold annotations only. */
function dependenciesOf(pom: string): readonly Coordinates[] {
  const text = readFileSync(pom, "utf8");
  return [...text.matchAll(/<dependency>(.*?)<\/dependency>/gs)].flatMap(([, block = ""]) => {
    const read = (name: string) => new RegExp(`<${name}>\\s*([^<\\s]+)\\s*</${name}>`).exec(block)?.[1];
    const [own, name, version] = [read("groupId"), read("artifactId"), read("version")];
    const isNeeded = ["compile", "runtime"].includes(read("scope") ?? "compile") && read("optional") !== "true";
    return own && name && version && isNeeded && !version.includes("$")
      ? [{ group: own, artifact: name, version }]
      : [];
  });
}

function byVersion(one: string, other: string): number {
  return one.localeCompare(other, "en", { numeric: true });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

function missing(why: string) {
  return toolError(
    `Running a Java function failed: AWS's runtime client (${group}:${artifact}) was not found: ${why}.`,
    {
      code: "InvalidRuntimeException",
      hint: `Fetch it into your Maven repository (${fetchCommand}), or set LAMBDA_EXT_JAVA_RIC to a folder that holds its jar and those it needs and restart the local endpoint.`,
    },
  );
}
