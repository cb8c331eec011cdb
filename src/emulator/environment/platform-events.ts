// Makes the platform's events out of what has happened in an environment.
import { performance } from "node:perf_hooks";
import type { FunctionSnapshot, InvokeRequest } from "../execution.ts";
import {
  type InitPhase,
  type InvocationDetails,
  type Outcome,
  type PlatformRecords,
  roundToMicroseconds,
  type Span,
} from "../telemetry/platform-event.ts";
import type { Extension } from "./extension.ts";
import type { Failure } from "./failure.ts";
import type { Progress } from "./runtime-state.ts";

/** An event of one type. */
type EventOf<Type extends keyof PlatformRecords> = { readonly type: Type; readonly record: PlatformRecords[Type] };

const initializationType = "on-demand" as const;

/** INIT begins. `phase` and what the function's configuration does not know. */
export function initStartEvent(
  { functionName, version, memorySize }: FunctionSnapshot,
  own: { readonly phase: InitPhase; readonly runtimeVersion: string; readonly instanceId: string },
): EventOf<"platform.initStart"> {
  const record = {
    ...{ initializationType, ...own, functionName, functionVersion: version, instanceMaxMemory: memorySize },
  } as const;
  return { type: "platform.initStart", record };
}

/** Everybody is on next, or something failed. */
export function initRuntimeDoneEvent(
  phase: InitPhase,
  failure: Failure | undefined,
): EventOf<"platform.initRuntimeDone"> {
  return { type: "platform.initRuntimeDone", record: { initializationType, phase, ...outcomeOf(failure) } };
}

/** One for each extension, at the end of INIT. AWS's order of events is not stable; the core's is sorted, and so is this. */
export function extensionEvent({ name, state, events, errorType }: Extension): EventOf<"platform.extension"> {
  const record = { name, state, events: [...events].sort(), ...(errorType ? { errorType } : {}) };
  return { type: "platform.extension", record };
}

/** INIT is over. */
export function initReportEvent(
  phase: InitPhase,
  milliseconds: number,
  failure: Failure | undefined,
): EventOf<"platform.initReport"> {
  const metrics = { durationMs: roundToMicroseconds(milliseconds) };
  return { type: "platform.initReport", record: { initializationType, phase, ...outcomeOf(failure), metrics } };
}

/** An invocation begins. */
export function startEvent(request: InvokeRequest, { version }: FunctionSnapshot): EventOf<"platform.start"> {
  return { type: "platform.start", record: { requestId: request.requestId, version, ...tracingOf(request) } };
}

/**
 * The runtime is on next again, or never will be. A function's own error is one too: the platform has its type from the header, which Go's
 * client does not send.
 */
export function runtimeDoneEvent(
  request: InvokeRequest,
  { progress, failure }: { readonly progress: Progress | undefined; readonly failure: Failure | undefined },
): EventOf<"platform.runtimeDone"> {
  const record = {
    requestId: request.requestId,
    ...outcomeOf(failure, progress?.errorType),
    ...(progress ? { metrics: runtimeMetrics(progress), spans: runtimeSpans(progress) } : {}),
    ...tracingOf(request),
  };
  return { type: "platform.runtimeDone", record };
}

/** An invocation is over; the Logs API's. */
export function endEvent({ requestId }: InvokeRequest): EventOf<"platform.end"> {
  return { type: "platform.end", record: { requestId } };
}

/** An invocation ended by a failure of the processes; the Logs API's, in the words that the log had for it before REPORT had a status. */
export function faultEvent({ requestId }: InvokeRequest, { text, errorType, timedOut }: Failure) {
  const record = timedOut ? `${requestId} ${text}` : `RequestId: ${requestId} Error: ${text}\n${errorType}`;
  return { type: "platform.fault", record } satisfies EventOf<"platform.fault">;
}

/** What a report is made of. */
export interface ReportInput {
  readonly request: InvokeRequest;
  /** Milliseconds. */
  readonly duration: number;
  /** MB. */
  readonly memorySize: number;
  /** MB. */
  readonly maxMemoryUsed: number;
  /** Milliseconds; of a cold start that went well. It is billed since August 2025. */
  readonly initDuration: number | undefined;
  readonly failure: Failure | undefined;
  readonly progress: Progress | undefined;
  /** Whether extensions were told of the invocation. */
  readonly hadTold: boolean;
}

/** What an invocation has taken. */
export function reportEvent(input: ReportInput): EventOf<"platform.report"> {
  const { request, duration, memorySize, maxMemoryUsed, initDuration, failure, progress } = input;
  const overhead = input.hadTold ? spanOf("extensionOverhead", progress?.done, performance.now()) : [];
  const record = {
    requestId: request.requestId,
    ...outcomeOf(failure, progress?.errorType),
    metrics: {
      durationMs: roundToMicroseconds(duration),
      // 3000.0000001 ms are not billed as 3001.
      billedDurationMs: Math.ceil(roundToMicroseconds(duration + (initDuration ?? 0))),
      memorySizeMB: memorySize,
      maxMemoryUsedMB: maxMemoryUsed,
      ...(initDuration === undefined ? {} : { initDurationMs: roundToMicroseconds(initDuration) }),
    },
    ...(overhead.length > 0 ? { spans: overhead } : {}),
    ...tracingOf(request),
  };
  return { type: "platform.report", record };
}

/** As the core maps it. */
function outcomeOf(failure: Failure | undefined, ownErrorType?: string): Outcome {
  if (failure?.timedOut) return { status: "timeout" };
  const errorType = failure?.errorType ?? ownErrorType;
  if (errorType === undefined) return { status: "success" };
  return { status: errorType.startsWith("Sandbox.") ? "failure" : "error", errorType };
}

/** A sampled trace alone: AWS's core leaves the others out, which every invocation has (its tracer.go, and untraced functions' records). */
function tracingOf({ traceId }: InvokeRequest): Pick<InvocationDetails, "tracing"> {
  if (!traceId?.split(";").includes("Sampled=1")) return {};
  return { tracing: { type: "X-Amzn-Trace-Id", value: traceId } };
}

function runtimeMetrics({ given, done = performance.now(), producedBytes }: Progress) {
  const durationMs = roundToMicroseconds(done - given);
  return { durationMs, ...(producedBytes === undefined ? {} : { producedBytes }) };
}

function runtimeSpans({ given, began, answered, done }: Progress): Span[] {
  return [
    ...spanOf("responseLatency", given, began),
    ...spanOf("responseDuration", began, answered),
    ...spanOf("runtimeOverhead", answered, done),
  ];
}

/** From and to on the clock of `performance.now()`; nothing where one of them has not been reached. */
function spanOf(name: Span["name"], from: number | undefined, to: number | undefined): Span[] {
  if (from === undefined || to === undefined) return [];
  const start = new Date(Date.now() - (performance.now() - from)).toISOString();
  return [{ name, start, durationMs: roundToMicroseconds(to - from) }];
}
