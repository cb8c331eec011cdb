// What reaches the log in the JSON format, and in which shape. Telemetry is not concerned: it gets every event, filtered by nothing.
import type { FunctionSnapshot } from "../execution.ts";
import {
  type ApplicationLogLevel,
  applicationLogLevels,
  type JsonLogging,
  type SystemLogLevel,
  systemLogLevels,
} from "../log-levels.ts";
import { parseObject } from "../telemetry/json-line.ts";
import type { PlatformEvent } from "../telemetry/platform-event.ts";

/** A platform's event as its line in the JSON format: the event itself; undefined where the level is too low for the log. */
export function jsonPlatformLine({ type, record }: PlatformEvent, { systemLogLevel }: JsonLogging): string | undefined {
  const level = systemLevelOf({ type, record } as PlatformEvent);
  if (level === undefined || systemLogLevels.indexOf(level) < systemLogLevels.indexOf(systemLogLevel)) return undefined;
  return JSON.stringify({ time: new Date().toISOString(), type, record });
}

/**
 * The level of each event, from the table "System log level event mapping" of AWS's developer guide; undefined for what is the Logs
 * API's alone. The table speaks of an extension's `state=success`, a state that no extension has: taken as one that is on next.
 * `platform.logsDropped` is WARN there; here it goes to the subscriber that has lost something, and to the person as a warning.
 */
function systemLevelOf({ type, record }: PlatformEvent): SystemLogLevel | undefined {
  switch (type) {
    // With a runtime version, which every environment here has.
    case "platform.initStart":
    case "platform.start":
    case "platform.telemetrySubscription":
    case "platform.logsSubscription":
      return "INFO";
    case "platform.initRuntimeDone":
    // Of on-demand functions.
    case "platform.initReport":
    case "platform.runtimeDone":
      return record.status === "success" ? "DEBUG" : "WARN";
    case "platform.extension":
      return record.state === "Ready" ? "INFO" : "WARN";
    case "platform.report":
      return record.status === "success" ? "INFO" : "WARN";
    default:
      return undefined;
  }
}

/** What Python's and .NET's clients write. On Lambda, where they have a pipe with frames, the frame says the level. */
const otherNames = new Map<string, ApplicationLogLevel>([
  ["WARNING", "WARN"],
  ["CRITICAL", "FATAL"],
]);

/**
 * Whether a function's line reaches the log. Runtime clients filter what goes through their console or logger; the platform looks at lines
 * that are JSON objects: a level that is missing or unknown is INFO. AWS says of other lines only that their level can't be filtered by:
 * they stay.
 */
export function passesLevel(line: string, { applicationLogLevel }: JsonLogging): boolean {
  const object = parseObject(line);
  if (!object) return true;
  const name = typeof object.level === "string" ? object.level.toUpperCase() : "";
  const level = otherNames.get(name) ?? applicationLogLevels.find((one) => one === name) ?? "INFO";
  return applicationLogLevels.indexOf(level) >= applicationLogLevels.indexOf(applicationLogLevel);
}

/**
 * What tells runtime clients, and extensions, which format and level are wanted. The core counts neither among the variables that only
 * the runtime gets.
 */
export function loggingVariables({ jsonLogging }: FunctionSnapshot): Readonly<Record<string, string>> {
  if (!jsonLogging) return {};
  return { AWS_LAMBDA_LOG_FORMAT: "JSON", AWS_LAMBDA_LOG_LEVEL: jsonLogging.applicationLogLevel };
}
