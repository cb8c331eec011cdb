// Puts an environment together from what this machine has: unpacked code and layers, a runtime, a sandbox, credentials.
import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { performance } from "node:perf_hooks";
import type { ExecutionHost, FunctionSnapshot } from "../execution.ts";
import { wrapperVariable } from "../runtimes/exec-wrapper.ts";
import type { Runtimes } from "../runtimes/resolve.ts";
import type { RuntimeSupport } from "../runtimes/runtime.ts";
import type { DetectedIsolation } from "../sandbox/isolation.ts";
import type { PipeFolders } from "../sandbox/pipe-folders.ts";
import { sandboxUser } from "../sandbox/place.ts";
import { createPlainSandbox } from "../sandbox/plain-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createSupervisedSandbox } from "../sandbox/supervised-sandbox.ts";
import type { UnpackedStore } from "../sandbox/unpacked.ts";
import { Environment } from "./environment.ts";
import { createLauncher } from "./launcher.ts";
import { passesLevel } from "./log-format.ts";
import { missingPlaceHint } from "./missing-place.ts";
import type { NetworkChooser } from "./network-choice.ts";
import { extensionVariables, runtimeVariables } from "./variables.ts";

/** What all environments of an executor share. */
export interface SharedParts {
  readonly host: ExecutionHost;
  readonly isolation: DetectedIsolation;
  readonly unpacked: UnpackedStore;
  readonly pipes: PipeFolders;
  readonly networks: NetworkChooser;
  readonly runtimes: Runtimes;
  readonly env: NodeJS.ProcessEnv;
  readonly freeze: boolean;
  readonly initMilliseconds: number;
  readonly warnOnce: (message: string) => void;
  /** A folder that goes when the executor does. */
  readonly run: string;
}

/** An environment, and how to get rid of all that belongs to it. */
export interface BuiltEnvironment {
  readonly environment: Environment;
  /** Not in a network of its own. */
  readonly isInMachineNetwork: boolean;
  end(): Promise<void>;
}

/** Who uses an environment. */
export interface EnvironmentUser {
  /** It can't be used any more. */
  onBroken(): void;
  /** Somebody needs its place in this machine's network: ends it where nothing runs in it, and tells whether. */
  makeRoom(other: FunctionSnapshot): Promise<boolean>;
}

/**
 * Makes an environment; nothing of the function runs yet.
 * @throws LambdaExtError where this machine can't run the function.
 */
export async function buildEnvironment(
  snapshot: FunctionSnapshot,
  shared: SharedParts,
  user: EnvironmentUser,
): Promise<BuiltEnvironment> {
  const began = performance.now();
  const { host, isolation, unpacked, env } = shared;
  const preparations = [
    shared.runtimes.find(snapshot),
    unpacked.code(snapshot.code),
    unpacked.layers(snapshot.layers),
    systemFiles(shared.run),
  ] as const;
  // What one of them lacks is told when all are done: none writes on where the executor has ended meanwhile.
  await Promise.allSettled(preparations);
  const [support, task, opt, files] = await Promise.all(preparations);
  if (!support.managed && snapshot.environment[wrapperVariable]) {
    shared.warnOnce(
      `${snapshot.functionName}: ${wrapperVariable} does nothing with ${snapshot.runtime}, here as on Lambda.`,
    );
  }
  const folders = { task, opt };
  const runtimeFolder = support.folder ?? files.empty;
  const pipes = await shared.pipes.take();
  let made: Environment | undefined;
  const newcomer = {
    ...{ snapshot, optFolder: opt, makeRoom: (other: FunctionSnapshot) => user.makeRoom(other) },
    mayClash: () => made?.mayClash ?? true,
    listensOn: (port: number) => made?.listensOn(port) ?? false,
  };
  const lease = await shared.networks.choose(newcomer).catch(async (error: unknown) => {
    await shared.pipes.giveBack(pipes);
    throw error;
  });
  const scratch = join(shared.run, "places", randomUUID());
  // From here on nothing fails: what is taken is given back by `end`.
  const { network } = lease;
  const { credentials, revoke } = host.issueCredentials(snapshot.roleArn, snapshot.functionName);

  const createSandbox = (onLost: (reason: string) => void): Sandbox => {
    if (!isolation.command) return createPlainSandbox({ paths: { ...folders, runtime: runtimeFolder }, pipes });
    const contents = {
      ...{ task, opt, runtime: runtimeFolder, pipes, hostsFile: files.hosts, passwdFile: files.passwd, scratch },
      ...{
        ephemeralStorage: snapshot.ephemeralStorage,
        keep: support.keep,
        languagePrograms: support.languagePrograms,
      },
    };
    const command = [...network.entrance, ...isolation.command(contents)];
    return createSupervisedSandbox({ command, pipes }, onLost);
  };
  const environment = new Environment({
    ...{ host, snapshot, runtimeVersion: support.label, optFolder: opt, network, createSandbox },
    ...{ freeze: shared.freeze, initMilliseconds: shared.initMilliseconds },
    prepared: { from: began, to: performance.now() },
    createLauncher(sandbox, { runtimeApi, log, telemetry }) {
      const input = {
        ...{ snapshot, credentials, endpointUrl: host.endpointUrl, runtimeApi, logStream: log.name },
        ...{ paths: sandbox.paths, path: searchPath(support, isolation, env), managed: support.managed },
      };
      const variables = {
        extension: extensionVariables(input),
        runtime: (own: Readonly<Record<string, string>>) => runtimeVariables(input, own),
      };
      const onLine = (source: "extension" | "function", line: string) => {
        const { jsonLogging } = snapshot;
        if (!jsonLogging || source === "extension" || passesLevel(line, jsonLogging)) log.write(line);
        telemetry.line(source, line);
        const hint = isolation.level === "none" ? missingPlaceHint(line) : undefined;
        if (hint) shared.warnOnce(`${snapshot.functionName}: ${hint}`);
      };
      const warn = (message: string) => shared.warnOnce(`${snapshot.functionName}: ${message}`);
      return createLauncher({ snapshot, sandbox, support, folders, variables, env, warn, onLine });
    },
  });
  made = environment;
  void lease.lost.then((reason) => {
    host.warn(`The network of ${snapshot.functionName} broke down: ${reason}`);
    environment.interrupt(`The network of the environment broke down: ${reason}`);
    user.onBroken();
  });
  return {
    environment,
    isInMachineNetwork: lease.isMachine,
    async end() {
      try {
        await environment.shutDown();
      } finally {
        revoke();
        await Promise.all([lease.release(), shared.pipes.giveBack(pipes)]);
        await rm(scratch, { recursive: true, force: true });
      }
    },
  };
}

/** Without isolation nothing lies in /var/lang/bin: the interpreters' own folders, and this machine's PATH behind everything. */
function searchPath({ languagePrograms }: RuntimeSupport, isolation: DetectedIsolation, env: NodeJS.ProcessEnv) {
  if (isolation.level !== "none") return { before: [], behind: [] };
  return {
    before: [...new Set(Object.values(languagePrograms).map((program) => dirname(program)))],
    behind: (env.PATH ?? "").split(":").filter(Boolean),
  };
}

interface SystemFiles {
  readonly hosts: string;
  readonly passwd: string;
  readonly empty: string;
}

/** /etc/hosts with Lambda's names for this machine, /etc/passwd with Lambda's user, and a folder with nothing in it. */
async function systemFiles(run: string): Promise<SystemFiles> {
  const files = { hosts: join(run, "hosts"), passwd: join(run, "passwd"), empty: join(run, "empty") };
  if (existsSync(files.passwd)) return files;
  await mkdir(files.empty, { recursive: true });
  await writeFile(
    files.hosts,
    `${await readOr("/etc/hosts", "127.0.0.1 localhost")}\n127.0.0.1 sandbox sandbox.localdomain\n`,
  );
  const { name, uid, gid } = sandboxUser;
  const passwd = await readOr("/etc/passwd", "");
  await writeFile(files.passwd, `${passwd.trimEnd()}\n${name}:x:${uid}:${gid}::/home/${name}:/sbin/nologin\n`);
  return files;
}

async function readOr(file: string, otherwise: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch {
    return otherwise;
  }
}
