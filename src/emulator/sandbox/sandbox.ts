// What an execution environment needs from the place that its processes run in, whichever way they are kept apart from the machine.

/** Where things lie, as the processes inside see it. */
export interface SandboxPaths {
  /** The function's code: LAMBDA_TASK_ROOT. */
  readonly task: string;
  /** The merged layers. */
  readonly opt: string;
  /** Our runtime clients: LAMBDA_RUNTIME_DIR. */
  readonly runtime: string;
}

/** One process to start. */
export interface ProcessSpec {
  /** 0 to 10: which of the sandbox's output pipes it gets. No two living processes may share one. */
  readonly slot: number;
  /** The program's absolute path as seen inside, and its arguments. */
  readonly argv: readonly [string, ...string[]];
  /** Everything that it finds in its environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  /** A line of its output, with its newline where it had one. */
  readonly onLine: (line: string) => void;
}

/** How a process ended. */
export interface Exit {
  /** undefined where a signal ended it. */
  readonly code: number | undefined;
  /** `SIGKILL` and the like. */
  readonly signal: NodeJS.Signals | undefined;
  /** Where it could not be started at all: the system's word, like `EACCES`. */
  readonly startError?: string | undefined;
}

/** The signals that a lifecycle needs. */
export type EndSignal = "SIGTERM" | "SIGKILL";

/** A process in a sandbox. */
export interface SandboxProcess {
  /** Resolves when it has ended; never rejects. */
  readonly exited: Promise<Exit>;
  /** To the process and its group; nothing happens where it has ended. */
  signal(name: EndSignal): void;
  /** Hands out, now, what it has written up to here; `partial` hands out an unfinished line too. */
  drain(partial: boolean): void;
}

/** The place. It outlives a reset: what lies in its /tmp stays until `destroy`. */
export interface Sandbox {
  readonly paths: SandboxPaths;
  start(spec: ProcessSpec): SandboxProcess;
  /** Stops everything inside. */
  freeze(): void;
  /** Lets it go on; takes effect before anything that is sent to the processes afterwards. */
  thaw(): void;
  /** The sum of the most memory that each process had, bytes. */
  peakMemory(): number;
  /** Whether something inside has a port open (this one), or may have. */
  listens(port?: number): boolean;
  /** Kills everything that still runs inside and waits until it is gone. */
  sweep(): Promise<void>;
  /** Sweeps and gives everything back. */
  destroy(): Promise<void>;
}
