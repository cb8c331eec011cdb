// The platform's events as values: what the Telemetry API, the Logs API and the log lines tell of an environment, each said once
// (section 4.3 of the contract). A superset of all schema versions: optional fields are left out where nothing is known.

/** `init` before the first invocation, `invoke` inside one. */
export type InitPhase = "init" | "invoke";

/** How a phase went. */
export interface Outcome {
  /** `failure` is the platform's own, `error` everybody else's. */
  readonly status: "success" | "error" | "failure" | "timeout";
  readonly errorType?: string;
}

/** A part of a phase's time; milliseconds. */
export interface Span {
  readonly name: "responseLatency" | "responseDuration" | "runtimeOverhead" | "extensionOverhead";
  /** ISO 8601. */
  readonly start: string;
  readonly durationMs: number;
}

/** The invocation's X-Ray header, as it came. */
interface Tracing {
  readonly type: "X-Amzn-Trace-Id";
  readonly value: string;
}

interface Initialisation {
  readonly initializationType: "on-demand";
  readonly phase: InitPhase;
}

/** What may go with events of an invocation. */
export interface InvocationDetails {
  readonly spans?: readonly Span[];
  readonly tracing?: Tracing;
}

interface Subscribed {
  readonly name: string;
  readonly state: "Subscribed";
  readonly types: readonly string[];
}

/** Each event's record, by the event's type. */
export interface PlatformRecords {
  "platform.initStart": Initialisation & {
    readonly runtimeVersion: string;
    readonly functionName: string;
    readonly functionVersion: string;
    readonly instanceId: string;
    /** MB, as in AWS's documentation; its core for managed instances has bytes. */
    readonly instanceMaxMemory: number;
  };
  "platform.initRuntimeDone": Initialisation & Outcome;
  "platform.initReport": Initialisation & Outcome & { readonly metrics: { readonly durationMs: number } };
  "platform.extension": {
    readonly name: string;
    readonly state: string;
    readonly events: readonly string[];
    readonly errorType?: string;
  };
  "platform.telemetrySubscription": Subscribed;
  "platform.logsSubscription": Subscribed;
  "platform.start": InvocationDetails & { readonly requestId: string; readonly version: string };
  "platform.runtimeDone": InvocationDetails &
    Outcome & {
      readonly requestId: string;
      readonly metrics?: { readonly durationMs: number; readonly producedBytes?: number };
    };
  "platform.end": { readonly requestId: string };
  /** The only one that is text. */
  "platform.fault": string;
  "platform.report": InvocationDetails & Outcome & { readonly requestId: string; readonly metrics: ReportMetrics };
  "platform.logsDropped": { readonly droppedBytes: number; readonly droppedRecords: number; readonly reason: string };
}

/** What an invocation has taken. */
export interface ReportMetrics {
  readonly durationMs: number;
  readonly billedDurationMs: number;
  readonly memorySizeMB: number;
  readonly maxMemoryUsedMB: number;
  /** Of a cold start that went well. */
  readonly initDurationMs?: number;
}

/** The name of a platform event. */
export type PlatformType = keyof PlatformRecords;

/** A platform event, without its time. */
export type PlatformEvent = {
  [Type in PlatformType]: { readonly type: Type; readonly record: PlatformRecords[Type] };
}[PlatformType];

/** Milliseconds as events have them: to the microsecond. */
export function roundToMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
