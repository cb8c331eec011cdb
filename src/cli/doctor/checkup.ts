// What doctor looks at on this machine, one function for each thing.
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DetectedIsolation } from "../../emulator/sandbox/isolation.ts";
import { LambdaExtError } from "../../model/errors.ts";
import { packageRoot, packageVersion } from "../../model/package.ts";

/** One thing that was looked at. */
export interface Diagnosis {
  readonly name: string;
  /** `problem`: something that lambda-ext is for will not work. `note`: good to know. */
  readonly status: "ok" | "note" | "problem";
  readonly found: string;
  readonly remedy?: string;
}

interface Patient {
  readonly env: NodeJS.ProcessEnv;
  readonly profile: string | undefined;
  readonly signal: AbortSignal;
}

/** Looks at everything; the order is the order of need. */
export function examine(patient: Patient): Promise<readonly Diagnosis[]> {
  return Promise.all([
    { name: "lambda-ext", status: "ok" as const, found: packageVersion },
    examineNode(process.versions.node),
    examineGo(patient),
    ...examineIsolation(patient),
    examineForeign(patient),
    examinePython(patient),
    examineJava(patient),
    examineCredentials(patient),
  ]);
}

/** Node.js, and that the AWS SDK leaves version 20 in January 2027. */
export function examineNode(version: string): Diagnosis {
  if (!version.startsWith("20.")) return { name: "Node.js", status: "ok", found: version };
  return {
    name: "Node.js",
    status: "note",
    found: version,
    remedy:
      "The AWS SDK supports Node.js 20 until January 2027; the one inside lambda-ext goes on working. Node.js 22 or newer is the way on.",
  };
}

async function examineGo({ env, signal }: Patient): Promise<Diagnosis> {
  const least = await leastGo();
  try {
    const { readGoSettings } = await import("../../build/go/settings.ts");
    const version = (await readGoSettings({ cwd: tmpdir(), env, signal })).version.replace(/^go/, "");
    if (isOlder(version, least)) {
      return {
        name: "Go",
        status: "problem",
        found: version,
        remedy: `The templates need Go ${least} or newer: https://go.dev/dl`,
      };
    }
    return { name: "Go", status: "ok", found: `${version} (the templates need ${least})` };
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    return { name: "Go", status: "problem", found: error.message, remedy: error.hint ?? "" };
  }
}

/** The least Go that the templates' module asks for. */
async function leastGo(): Promise<string> {
  const goMod = await readFile(join(packageRoot, "templates", "go.mod"), "utf8");
  return /^go (\S+)$/m.exec(goMod)?.[1] ?? "";
}

/** Whether a version of Go is older than another, number by number. */
export function isOlder(version: string, least: string): boolean {
  const numbers = (text: string) => text.split(".").map((part) => Number.parseInt(part, 10) || 0);
  const [have, need] = [numbers(version), numbers(least)];
  for (let index = 0; index < need.length; index++) {
    const difference = (have[index] ?? 0) - (need[index] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** How far functions are kept apart from this machine, and from each other. */
function examineIsolation({ env }: Patient): [Promise<Diagnosis>, Promise<Diagnosis>] {
  const detected = import("../../emulator/sandbox/isolation.ts").then(({ detectIsolation }) =>
    detectIsolation({ wanted: "auto", env, directory: tmpdir() }),
  );
  return [detected.then(isolationDiagnosis), detected.then((isolation) => examineNetworks(isolation, env))];
}

function isolationDiagnosis({ level, reason, remedy }: DetectedIsolation): Diagnosis {
  return {
    name: "Local functions",
    status: level === "none" ? "note" : "ok",
    found: `isolation ${level}: ${reason}`,
    ...(remedy !== undefined && { remedy }),
  };
}

/** What several environments at a time need. */
async function examineNetworks(isolation: DetectedIsolation, env: NodeJS.ProcessEnv): Promise<Diagnosis> {
  const { networkCommands } = await import("../../emulator/sandbox/network/network-commands.ts");
  const { findNetworkProblem } = await import("../../emulator/sandbox/network/network-supply.ts");
  const problem = await findNetworkProblem(networkCommands(isolation, { env, directory: tmpdir() }));
  const name = "Private networks";
  if (!problem) return { name, status: "ok", found: "a function can run several times at once" };
  const found = `none, so that invocations of one function wait for each other: ${problem.reason}`;
  return { name, status: "note", found, ...(problem.remedy !== undefined && { remedy: problem.remedy }) };
}

/** Functions for the machine that this one is not. */
async function examineForeign({ env }: Patient): Promise<Diagnosis> {
  const { foreignPrefix, hostArchitecture } = await import("../../emulator/sandbox/foreign.ts");
  const architecture = hostArchitecture() === "arm64" ? "x86_64" : "arm64";
  const name = `${architecture} functions`;
  try {
    const [qemu] = foreignPrefix("them", architecture, env);
    return { name, status: "ok", found: qemu ? `through ${qemu}` : "the kernel calls qemu for them" };
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    return {
      ...{ name, status: "note", found: "no qemu" },
      remedy: "To run them on this machine: apt install qemu-user-static.",
    };
  }
}

async function examinePython({ env }: Patient): Promise<Diagnosis> {
  const { findPython } = await import("../../emulator/runtimes/python.ts");
  try {
    const { program, version } = await findPython("3", env);
    return { name: "Python functions", status: "ok", found: `Python ${version} with awslambdaric (${program})` };
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    return {
      name: "Python functions",
      status: "note",
      found: "no Python with awslambdaric",
      remedy:
        "To run them on this machine: python3 -m pip install awslambdaric, or set LAMBDA_EXT_PYTHON to a Python that has it.",
    };
  }
}

async function examineJava({ env }: Patient): Promise<Diagnosis> {
  const name = "Java functions";
  const { fetchCommand, findJavaClient } = await import("../../emulator/runtimes/java-client.ts");
  const { findJava } = await import("../../emulator/runtimes/java-home.ts");
  try {
    const { program, version } = await findJava(undefined, env);
    const client = findJavaClient(env);
    return { name, status: "ok", found: `Java ${version} (${program}) with AWS's client ${client.version}` };
  } catch (error) {
    if (!(error instanceof LambdaExtError)) throw error;
    return {
      name,
      status: "note",
      found: error.message.replace(/^.* failed: /, "").replace(/\.$/, ""),
      remedy: `To run them on this machine: a Java, and ${fetchCommand} (or set LAMBDA_EXT_JAVA and LAMBDA_EXT_JAVA_RIC).`,
    };
  }
}

async function examineCredentials({ profile }: Patient): Promise<Diagnosis> {
  const { findCredentials } = await import("../../aws/credentials.ts");
  const credentials = await findCredentials(profile);
  if (credentials.found) {
    return {
      name: "AWS credentials",
      status: "ok",
      found: `access key ${credentials.accessKeyId.slice(0, 4)}…${credentials.accessKeyId.slice(-4)}`,
    };
  }
  return {
    name: "AWS credentials",
    status: "note",
    found: "none",
    remedy:
      "Needed for AWS alone: `aws configure`, `aws sso login`, AWS_PROFILE or --profile. Everything works without, with --local.",
  };
}
