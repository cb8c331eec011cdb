// What the control plane and the execution environments say to each other: the seam inside the emulator.
import type { Architecture } from "../model/architecture.ts";
import type { InvocationTrace } from "../model/invocation-trace.ts";
import type { Credentials } from "../model/target.ts";
import type { JsonLogging } from "./log-levels.ts";
import type { TraceRecorder } from "./trace/recorder.ts";

/** A layer as an environment needs it. */
export interface LayerSource {
  readonly arn: string;
  /** The zip on this machine, absolute, named by its content: never changed once written. */
  readonly zip: string;
  /** Base64 SHA-256 of the zip. */
  readonly codeSha256: string;
}

/** One version of a function, complete: an environment that was made from it never looks anything up again. */
export interface FunctionSnapshot {
  readonly functionName: string;
  /** Unqualified. */
  readonly functionArn: string;
  /** `$LATEST` or a number. */
  readonly version: string;
  readonly region: string;
  readonly accountId: string;
  readonly runtime: string;
  readonly handler: string;
  readonly architecture: Architecture;
  /** MB. */
  readonly memorySize: number;
  /** Seconds. */
  readonly timeout: number;
  /** MB of /tmp. */
  readonly ephemeralStorage: number;
  readonly roleArn: string;
  /** The customer's variables. */
  readonly environment: Readonly<Record<string, string>>;
  readonly code: LayerSource;
  /** In the order of the configuration: later over earlier. */
  readonly layers: readonly LayerSource[];
  readonly logGroup: string;
  /** Present where the log format is JSON; plain text without. */
  readonly jsonLogging?: JsonLogging | undefined;
  /** Changes whenever code or configuration does: an environment of another revision is not used again. */
  readonly revisionId: string;
  /** The most invocations of the function, all its versions together, that may run at a time; 0 forbids all, absent means no limit of its own. */
  readonly reservedConcurrency?: number | undefined;
}

/** Takes a function's response as it comes. */
export interface ResponseReceiver {
  /** The runtime has begun to answer: called once, before the first chunk, and not at all where it answers with nothing but an error. */
  begin(): void;
  /** Gives back a promise while it is full: the next chunk waits for that. One whose caller has gone takes everything. */
  write(chunk: Buffer): Promise<void> | undefined;
}

/** One call of a function. */
export interface InvokeRequest {
  readonly requestId: string;
  readonly payload: Buffer;
  /** With the qualifier only where the caller gave one. */
  readonly invokedFunctionArn: string;
  /** Decoded JSON. */
  readonly clientContext?: string | undefined;
  readonly traceId?: string | undefined;
  readonly contentType?: string | undefined;
  /**
   * Whether the caller wants `logTail` (`X-Amz-Log-Type: Tail`). The tail ends with END and REPORT, which are written when the runtime and
   * all extensions are done: with a tail the answer waits for that. `false` gives the answer at the moment that the runtime posts it, with
   * an empty tail. Absent means true.
   */
  readonly logTail?: boolean | undefined;
  /** Gets the response in place of the result's payload, which then is empty, or the error with which it broke off. */
  readonly receiver?: ResponseReceiver | undefined;
  /** Takes notes of what happens: the execution side puts it there. */
  readonly trace?: TraceRecorder | undefined;
}

/** What came of it. A function that failed is a result too, with AWS's error body as its payload. */
export interface InvokeResult {
  readonly payload: Buffer;
  /** As the runtime gave it; JSON without. */
  readonly contentType?: string | undefined;
  readonly functionError?: "Unhandled" | undefined;
  /** The last 4 KB of what this invocation logged, as `X-Amz-Log-Result` has it before base64; empty where it was not asked for. */
  readonly logTail: string;
}

/** One line for CloudWatch Logs. */
export interface LogLine {
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly message: string;
}

/** What the environments need from the control plane. */
export interface ExecutionHost {
  /** `http://127.0.0.1:PORT`: becomes AWS_ENDPOINT_URL of functions and extensions. */
  readonly endpointUrl: string;
  /** A folder of ours for unpacked code and layers, and for what `none` isolation needs. */
  readonly workDirectory: string;
  /** Credentials for one environment, tied to the role, until they are revoked. */
  issueCredentials(roleArn: string, sessionName: string): { readonly credentials: Credentials; revoke(): void };
  /** Appends to a stream, in order; creates group and stream where they are missing. Never throws. */
  appendLogs(region: string, group: string, stream: string, lines: readonly LogLine[]): void;
  /** Something that the person who runs the endpoint should read. */
  warn(message: string): void;
}

/** How far environments are kept apart from the machine. */
export type IsolationLevel = "bwrap" | "namespace" | "none";

/** What was found out about this machine. */
export interface Isolation {
  readonly level: IsolationLevel;
  /** Why this level and no better one, a sentence for `doctor`. */
  readonly reason: string;
  /** What to do for a better one; absent at the best. */
  readonly remedy?: string | undefined;
}

/** The execution side, as the control plane sees it. */
export interface Executor {
  readonly isolation: Isolation;
  /**
   * Runs the function; rejects only where the function could not be run at all: a `LambdaExtError` with AWS's error name as its code, or,
   * where too much runs already, with the reason that a TooManyRequestsException gives: `ReservedFunctionConcurrentInvocationLimitExceeded`
   * (the function's own limit) or `ConcurrentInvocationLimitExceeded` (everybody's).
   */
  invoke(snapshot: FunctionSnapshot, request: InvokeRequest): Promise<InvokeResult>;
  /** Ends, with a SHUTDOWN, the environments of a function that was updated or deleted. */
  retire(functionArn: string): Promise<void>;
  /**
   * What happened in one of the latest hundred invocations, as soon as it is over and its environment frozen, or as far as it has come after
   * three seconds; undefined for one that is not known (any more).
   */
  trace(requestId: string): Promise<InvocationTrace | undefined>;
  /** How many invocations are running now. */
  readonly active: number;
  /** Ends every environment with a SHUTDOWN. */
  close(): Promise<void>;
}
