// The platform's own log lines, tabs and all, as CloudWatch Logs has them (section 6.1 of the contract).
import type { Extension } from "./extension.ts";
import type { Failure } from "./failure.ts";

/** `init` before the first invocation, `invoke` inside one. */
export type InitPhase = "init" | "invoke";

/** There is no ARN of a runtime version here. */
export function initStartLine(runtimeVersion: string): string {
  return `INIT_START Runtime Version: ${runtimeVersion}`;
}

/** One for each extension, at the end of INIT. AWS's order of events is not stable; theirs is sorted in the core, so it is here. */
export function extensionLine({ name, state, events, errorType }: Extension): string {
  const words = ["EXTENSION", `Name: ${name}`, `State: ${state}`, `Events: [${[...events].sort().join(", ")}]`];
  return [...words, ...(errorType ? [`Error Type: ${errorType}`] : [])].join("\t");
}

/** Written only where INIT failed: on-demand functions have none otherwise. */
export function initReportLine(milliseconds: number, phase: InitPhase, failure: Failure): string {
  return [`INIT_REPORT Init Duration: ${milliseconds.toFixed(2)} ms`, `Phase: ${phase}`, ...statusOf(failure)].join(
    "\t",
  );
}

/** What REPORT says. */
export interface Report {
  readonly requestId: string;
  /** Milliseconds. */
  readonly duration: number;
  /** MB. */
  readonly memorySize: number;
  /** MB. */
  readonly maxMemoryUsed: number;
  /** Milliseconds; of a cold start that went well. It is billed since August 2025. */
  readonly initDuration?: number | undefined;
  readonly failure?: Failure | undefined;
}

/** The line that ends an invocation. */
export function reportLine(report: Report): string {
  const { requestId, duration, memorySize, maxMemoryUsed, initDuration, failure } = report;
  const fields = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${duration.toFixed(2)} ms`,
    `Billed Duration: ${Math.ceil(roundToMicroseconds(duration + (initDuration ?? 0)))} ms`,
    `Memory Size: ${memorySize} MB`,
    `Max Memory Used: ${maxMemoryUsed} MB`,
    ...(initDuration === undefined ? [] : [`Init Duration: ${initDuration.toFixed(2)} ms`]),
    ...(failure ? statusOf(failure) : [""]),
  ];
  return fields.join("\t");
}

function statusOf({ timedOut, errorType }: Failure): string[] {
  return timedOut ? ["Status: timeout"] : ["Status: error", `Error Type: ${errorType}`];
}

/** 3000.0000001 ms are not billed as 3001. */
function roundToMicroseconds(milliseconds: number): number {
  return Math.round(milliseconds * 1000) / 1000;
}
