// What happened in one invocation, as a value: the local endpoint makes it, `invoke --trace` shows it. The shape is public (`--json`): members
// are added, never changed.

/**
 * What an event is. With a duration: `queue` waits for an environment, `prepare` makes one (code and layers unpacked, before anything of
 * the function's runs), `init`, `invoke` and `shutdown` are the phases, and inside of them
 * - `extension-launch` from the start of an extension's process to its registration, `extension-init` from there to its first next,
 *   `runtime-launch` from the start of the runtime's process to its first next,
 * - `extension-invoke` from the INVOKE event to the extension's next, `runtime-work` from the runtime's event to the first byte of its
 *   answer, `runtime-response` from there to the last byte, `runtime-next` from there to its next,
 * - `runtime-shutdown` from SIGTERM, `extension-shutdown` from the SHUTDOWN event, both to the process's end.
 *
 * Without one: `subscribe` (an extension, to telemetry), `failure` (what ended a phase), `exit` (a process that ended by itself), `freeze`,
 * `thaw`.
 */
export type TraceKind =
  | "queue"
  | "prepare"
  | "init"
  | "extension-launch"
  | "extension-init"
  | "runtime-launch"
  | "subscribe"
  | "thaw"
  | "invoke"
  | "extension-invoke"
  | "runtime-work"
  | "runtime-response"
  | "runtime-next"
  | "failure"
  | "exit"
  | "shutdown"
  | "runtime-shutdown"
  | "extension-shutdown"
  | "freeze";

/** The kinds that have no duration. */
export const momentaryKinds: ReadonlySet<TraceKind> = new Set(["subscribe", "failure", "exit", "freeze", "thaw"]);

/** One event. */
export interface TraceEvent {
  readonly kind: TraceKind;
  /** Whose: an extension's name, `runtime`, or `platform`. */
  readonly name: string;
  /** Milliseconds since the endpoint took the invocation. */
  readonly at: number;
  /** Milliseconds; absent for what has none, and for what was still going on when the trace was read. */
  readonly durationMs?: number;
  /** What it waited for never came: the duration ends where that was given up. */
  readonly unfinished?: true;
  /** Of `extension-invoke`: how long the invocation waited for this extension after the runtime was done; milliseconds. */
  readonly afterRuntimeMs?: number;
  /** Of `init`: `invoke` where it was made up for inside the invocation. */
  readonly phase?: "init" | "invoke";
  /** Of `failure`: AWS's name for it. */
  readonly errorType?: string;
  /** Bytes of the answer, of `runtime-response`. */
  readonly bytes?: number;
  /** In words: how a process ended, why SHUTDOWN came, what was subscribed to. */
  readonly text?: string;
}

/** One invocation. */
export interface InvocationTrace {
  readonly requestId: string;
  readonly functionName: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  /** When the endpoint took it; ISO 8601. */
  readonly startedAt: string;
  /** The log stream of the environment that ran it; absent while it waits for one. */
  readonly logStream?: string;
  /** Whether the environment was new. */
  readonly coldStart: boolean;
  /** `error` where the function returned one or a process failed, `running` while it goes on. */
  readonly status: "success" | "error" | "timeout" | "running";
  /** False where something was still to come when the trace was read. */
  readonly complete: boolean;
  /** Milliseconds, to the end of the last event. */
  readonly durationMs: number;
  /** By time. */
  readonly events: readonly TraceEvent[];
}
