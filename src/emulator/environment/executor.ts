// The execution side's door: runs functions in environments, and ends them.
import { randomUUID } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { toolError } from "../../model/errors.ts";
import type { ExecutionHost, Executor, FunctionSnapshot, InvokeRequest, InvokeResult } from "../execution.ts";
import { createRuntimes } from "../runtimes/resolve.ts";
import { detectIsolation } from "../sandbox/isolation.ts";
import { killLeftovers } from "../sandbox/marks.ts";
import { networkCommands } from "../sandbox/network/network-commands.ts";
import { NetworkSupply } from "../sandbox/network/network-supply.ts";
import { createPipeFolders } from "../sandbox/pipe-folders.ts";
import { startTimeOf } from "../sandbox/proc.ts";
import { openUnpackedStore } from "../sandbox/unpacked.ts";
import { type ChosenSettings, completeSettings } from "../settings.ts";
import { RecentTraces } from "../trace/recent-traces.ts";
import { buildEnvironment } from "./build-environment.ts";
import { NetworkChooser } from "./network-choice.ts";
import { Pool } from "./pool.ts";

/** How functions are run. */
export interface ExecutorOptions extends ChosenSettings {
  /** The tool's own environment: PATH, HOME, LAMBDA_EXT_PYTHON and the like. Nothing else of it reaches functions. */
  readonly env: NodeJS.ProcessEnv;
  /** After so long without an invocation an environment is shut down; 5 minutes unless said otherwise. */
  readonly idleMilliseconds?: number | undefined;
  /** INIT's limit; Lambda's 10 seconds unless said otherwise. */
  readonly initMilliseconds?: number | undefined;
  /** For tests of what other machines are told. */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Opens the execution side. What an earlier process left running is ended first.
 * @throws LambdaExtError `IsolationUnavailable` where a level is asked for that does not work, `PrivateNetworkUnavailable` where networks are.
 */
export async function createExecutor(host: ExecutionHost, options: ExecutorOptions): Promise<Executor> {
  const { env, platform = process.platform } = options;
  const { isolation: wanted, freeze, network, environments, forward } = completeSettings(options);
  const { idleMilliseconds = 300_000, initMilliseconds = 10_000 } = options;
  const run = await openRunFolder(join(host.workDirectory, "run"));
  const isolation = await detectIsolation({ wanted, env, directory: run, platform });
  if (wanted === "auto" && isolation.level === "none" && platform === "linux") {
    host.warn(`Functions run without isolation. ${isolation.reason} ${isolation.remedy ?? ""}`.trim());
  }
  const unpacked = await openUnpackedStore(join(host.workDirectory, "unpacked"));
  await killLeftovers(host.warn);
  const warnOnce = createWarnOnce(host);
  const supply = new NetworkSupply({
    commands: networkCommands(isolation, { env, directory: run }),
    forwarded: [Number(new URL(host.endpointUrl).port), ...forward],
  });
  if (network === "private" && platform === "linux") await supply.prepare();
  const networks = new NetworkChooser({ mode: network, supply, warnOnce });
  const shared = {
    ...{ host, isolation, unpacked, env, freeze, initMilliseconds, warnOnce, run, networks },
    pipes: createPipeFolders({ directory: join(run, "pipes"), env }),
    runtimes: createRuntimes({ env, warn: warnOnce, directory: join(run, "runtimes") }),
  };
  const pool = new Pool({
    create: (snapshot, user) => buildEnvironment(snapshot, shared, user),
    sideBySide: () => networks.sideBySide,
    ...{ environments, idleMilliseconds, warnOnce },
  });
  const traces = new RecentTraces();
  let active = 0;

  return {
    isolation,
    get active() {
      return active;
    },
    async invoke(snapshot: FunctionSnapshot, request: InvokeRequest): Promise<InvokeResult> {
      refuseElsewhere(platform, snapshot);
      const trace = traces.open(snapshot, request);
      active++;
      try {
        return await pool.invoke(snapshot, { ...request, trace });
      } catch (error) {
        if (trace.logStream === undefined) traces.forget(trace);
        else trace.refuse();
        throw error;
      } finally {
        active--;
      }
    },
    trace: (requestId) => traces.find(requestId),
    retire: (functionArn) => pool.retire(functionArn),
    async close() {
      try {
        await pool.close();
      } finally {
        // Whatever an environment's end came to: nothing of this is to stay.
        await supply.close();
        await shared.pipes.close();
        await rm(run, { recursive: true, force: true });
      }
    },
  };
}

/** A folder that goes with this process; those of processes that had no time to remove theirs go now. */
async function openRunFolder(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of await readdir(directory)) {
    const [pid = "", startTime] = name.split("-");
    if (startTimeOf(Number(pid)) !== startTime) await rm(join(directory, name), { recursive: true, force: true });
  }
  const serial = randomUUID();
  const folder = join(directory, `${process.pid}-${startTimeOf(process.pid) ?? ""}-${serial}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

/** So many messages are remembered: some name what a function has printed, which may be something new each time. */
const mostRemembered = 1000;

function createWarnOnce(host: ExecutionHost): (message: string) => void {
  const told = new Set<string>();
  return (message) => {
    if (told.has(message)) return;
    host.warn(message);
    told.add(message);
    if (told.size <= mostRemembered) return;
    const [oldest = ""] = told;
    told.delete(oldest);
  };
}

function refuseElsewhere(platform: NodeJS.Platform, { functionName }: FunctionSnapshot): void {
  if (platform === "linux") return;
  throw toolError(`Running ${functionName} failed: functions run on Linux only, and this is ${platform}.`, {
    code: "InvalidRuntimeException",
    hint: "Run the local target in a Linux virtual machine or in WSL 2. Building, checking, publishing and the rest of the local target work here.",
  });
}
