// What an environment is made of, and what is made for it on the way.
import type { ExecutionHost, FunctionSnapshot } from "../execution.ts";
import type { Network } from "../sandbox/network/network.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { Telemetry } from "../telemetry/telemetry.ts";
import type { Stretch } from "../trace/recorder.ts";
import type { Launcher } from "./launcher.ts";
import type { LogStream } from "./log-stream.ts";

/** What an environment is made of. */
export interface EnvironmentParts {
  readonly host: ExecutionHost;
  readonly snapshot: FunctionSnapshot;
  /** As INIT_START names it. */
  readonly runtimeVersion: string;
  /** The merged layers, on this machine. */
  readonly optFolder: string;
  /** Of the processes; the APIs are served in it, and telemetry is delivered. */
  readonly network: Network;
  /** Makes the place that the processes run in; `onLost` is told where it breaks down. */
  createSandbox(onLost: (reason: string) => void): Sandbox;
  createLauncher(sandbox: Sandbox, context: LauncherContext): Launcher;
  /** When this was put together. */
  readonly prepared: Stretch;
  /** Off for debuggers. */
  readonly freeze: boolean;
  /** INIT's own limit; what takes longer starts again inside the first invocation, under the function's. */
  readonly initMilliseconds: number;
}

/** What a launcher needs of the environment that it works for. */
interface LauncherContext {
  readonly runtimeApi: string;
  readonly log: LogStream;
  readonly telemetry: Telemetry;
}
