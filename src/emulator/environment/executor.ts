// The execution side's door: runs functions in environments, and ends them.
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { toolError } from "../../model/errors.ts";
import type { ExecutionHost, Executor, FunctionSnapshot, InvokeRequest, InvokeResult } from "../execution.ts";
import { detectIsolation } from "../sandbox/isolation.ts";
import { killLeftovers } from "../sandbox/marks.ts";
import { createPipeFolders } from "../sandbox/pipe-folders.ts";
import { openUnpackedStore } from "../sandbox/unpacked.ts";
import { buildEnvironment } from "./build-environment.ts";
import { Lane } from "./lane.ts";

/** How functions are run. */
export interface ExecutorOptions {
  readonly isolation: "auto" | "bwrap" | "none";
  /** Between invocations, as on Lambda (the default); off for debuggers. */
  readonly freeze?: boolean | undefined;
  /** The tool's own environment: PATH, LAMBDA_EXT_PYTHON. Nothing else of it reaches functions. */
  readonly env: NodeJS.ProcessEnv;
  /** After so long without an invocation an environment is shut down; 5 minutes unless said otherwise. */
  readonly idleMilliseconds?: number | undefined;
  /** For tests of what other machines are told. */
  readonly platform?: NodeJS.Platform | undefined;
}

/**
 * Opens the execution side. What an earlier process left running is ended first.
 * @throws LambdaExtError `IsolationUnavailable` where `bwrap` is asked for and does not work.
 */
export async function createExecutor(host: ExecutionHost, options: ExecutorOptions): Promise<Executor> {
  const { env, platform = process.platform, freeze = true, idleMilliseconds = 300_000 } = options;
  const run = join(host.workDirectory, "run", String(process.pid));
  await mkdir(run, { recursive: true, mode: 0o700 });
  const isolation = await detectIsolation({ wanted: options.isolation, env, directory: run, platform });
  if (options.isolation === "auto" && isolation.level === "none" && platform === "linux") {
    host.warn(`Functions run without isolation. ${isolation.reason} ${isolation.remedy ?? ""}`.trim());
  }
  const unpacked = await openUnpackedStore(join(host.workDirectory, "unpacked"));
  if (platform === "linux") {
    const leftovers = await killLeftovers();
    if (leftovers > 0) host.warn(`Ended ${leftovers} processes that an earlier run had left behind.`);
  }
  const pipes = createPipeFolders({ directory: join(run, "pipes"), env });
  const warned = new Set<string>();
  const warnOnce = (message: string) => {
    if (!warned.has(message)) host.warn(message);
    warned.add(message);
  };
  const lanes = new Map<string, Lane>();
  let active = 0;
  let closed = false;

  const context = { host, isolation, unpacked, pipes, env, freeze, warnOnce, run };
  const create = (snapshot: FunctionSnapshot) => buildEnvironment(snapshot, context);

  function laneOf({ functionArn, version }: FunctionSnapshot): Lane {
    const key = `${functionArn}:${version}`;
    const lane = lanes.get(key) ?? new Lane({ create, idleMilliseconds });
    lanes.set(key, lane);
    return lane;
  }

  async function endLanes(matches: (key: string) => boolean): Promise<void> {
    const chosen = [...lanes].filter(([key]) => matches(key));
    await Promise.all(chosen.map(([, lane]) => lane.end()));
    for (const [key, lane] of chosen) if (lane.isEmpty) lanes.delete(key);
  }

  return {
    isolation,
    get active() {
      return active;
    },
    async invoke(snapshot: FunctionSnapshot, request: InvokeRequest): Promise<InvokeResult> {
      refuseElsewhere(platform, snapshot);
      if (closed) throw toolError("The local endpoint is ending.", { code: "ServiceException" });
      active++;
      try {
        return await laneOf(snapshot).invoke(snapshot, request);
      } finally {
        active--;
      }
    },
    retire: (functionArn) => endLanes((key) => key.startsWith(`${functionArn}:`)),
    async close() {
      closed = true;
      await endLanes(() => true);
      await pipes.close();
      await rm(run, { recursive: true, force: true });
    },
  };
}

function refuseElsewhere(platform: NodeJS.Platform, { functionName }: FunctionSnapshot): void {
  if (platform === "linux") return;
  throw toolError(`Running ${functionName} failed: functions run on Linux only, and this is ${platform}.`, {
    code: "InvalidRuntimeException",
    hint: "Run the local target in a Linux virtual machine or in WSL 2. Building, checking, publishing and the rest of the local target work here.",
  });
}
