// The platform's own log lines, tabs and all, as CloudWatch Logs has them (section 6.1 of the contract): its events in words.
import type { Outcome, PlatformEvent, PlatformRecords } from "../telemetry/platform-event.ts";

/** The line of an event; undefined where it has none. There is no ARN of a runtime version here. */
export function platformLine({ type, record }: PlatformEvent): string | undefined {
  switch (type) {
    case "platform.initStart":
      return `INIT_START Runtime Version: ${record.runtimeVersion}`;
    case "platform.extension":
      return extensionLine(record);
    case "platform.telemetrySubscription":
      return subscriptionLine("TELEMETRY", record);
    case "platform.logsSubscription":
      return subscriptionLine("LOGS", record);
    case "platform.initReport":
      // Written only where INIT failed: on-demand functions have none otherwise.
      return record.status === "success" ? undefined : initReportLine(record);
    case "platform.start":
      return `START RequestId: ${record.requestId} Version: ${record.version}`;
    case "platform.end":
      return `END RequestId: ${record.requestId}`;
    default:
      return undefined;
  }
}

/** The line that ends an invocation. A function's own error has no status in it: nothing of the environment has failed. */
export function reportLine(record: PlatformRecords["platform.report"], withStatus: boolean): string {
  const { durationMs, billedDurationMs, memorySizeMB, maxMemoryUsedMB, initDurationMs } = record.metrics;
  const fields = [
    `REPORT RequestId: ${record.requestId}`,
    `Duration: ${durationMs.toFixed(2)} ms`,
    `Billed Duration: ${billedDurationMs} ms`,
    `Memory Size: ${memorySizeMB} MB`,
    `Max Memory Used: ${maxMemoryUsedMB} MB`,
    ...(initDurationMs === undefined ? [] : [`Init Duration: ${initDurationMs.toFixed(2)} ms`]),
    ...(withStatus ? statusOf(record) : [""]),
  ];
  return `${fields.join("\t")}${traceLine(record)}`;
}

/** The second line of a sampled invocation's report. There is no X-Ray here that would make a segment: the caller's stands for it. */
function traceLine({ tracing }: PlatformRecords["platform.report"]): string {
  const parts = new Map(tracing?.value.split(";").map((part) => part.split("=") as [string, string]));
  if (parts.get("Sampled") !== "1") return "";
  const segment = parts.get("Parent");
  const fields = [`XRAY TraceId: ${parts.get("Root")}`, ...(segment ? [`SegmentId: ${segment}`] : []), "Sampled: true"];
  return `\n${fields.join("\t")}\t`;
}

function extensionLine({ name, state, events, errorType }: PlatformRecords["platform.extension"]): string {
  const words = ["EXTENSION", `Name: ${name}`, `State: ${state}`, `Events: [${events.join(", ")}]`];
  return [...words, ...(errorType ? [`Error Type: ${errorType}`] : [])].join("\t");
}

function subscriptionLine(
  word: string,
  { name, state, types }: PlatformRecords["platform.telemetrySubscription"],
): string {
  const capitalised = types.map((type) => `${type.charAt(0).toUpperCase()}${type.slice(1)}`);
  return [word, `Name: ${name}`, `State: ${state}`, `Types: [${capitalised.join(", ")}]`].join("\t");
}

function initReportLine(record: PlatformRecords["platform.initReport"]): string {
  const { metrics, phase } = record;
  return [
    `INIT_REPORT Init Duration: ${metrics.durationMs.toFixed(2)} ms`,
    `Phase: ${phase}`,
    ...statusOf(record),
  ].join("\t");
}

/** In the log the platform's own failures are errors like others. */
function statusOf({ status, errorType }: Outcome): string[] {
  return status === "timeout" ? ["Status: timeout"] : ["Status: error", `Error Type: ${errorType}`];
}
