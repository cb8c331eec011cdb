// A function's log format and levels: what a caller may ask for, and what comes of it.
import {
  type ApplicationLogLevel,
  applicationLogLevels,
  type JsonLogging,
  type SystemLogLevel,
  systemLogLevels,
} from "../../../log-levels.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import type { Input } from "../../../wire/input.ts";

const formats = ["JSON", "Text"] as const;

/** What was sent; undefined where it was not. */
export interface LoggingSettings {
  readonly format: (typeof formats)[number] | undefined;
  readonly applicationLogLevel: ApplicationLogLevel | undefined;
  readonly systemLogLevel: SystemLogLevel | undefined;
}

/** @throws AwsError for a format or a level that there is not. */
export function readLogging(logging: Input): LoggingSettings {
  const texts = {
    format: logging.text("LogFormat"),
    application: logging.text("ApplicationLogLevel"),
    system: logging.text("SystemLogLevel"),
  };
  new Constraints()
    .oneOf(texts.format, "loggingConfig.logFormat", formats)
    .oneOf(texts.application, "loggingConfig.applicationLogLevel", applicationLogLevels)
    .oneOf(texts.system, "loggingConfig.systemLogLevel", systemLogLevels)
    .done();
  return {
    format: formats.find((format) => format === texts.format),
    applicationLogLevel: applicationLogLevels.find((level) => level === texts.application),
    systemLogLevel: systemLogLevels.find((level) => level === texts.system),
  };
}

/**
 * What a function logs like from now on: what was not sent stays, levels are INFO where there were none, and go with the JSON format.
 * @throws AwsError for a level in the text format.
 */
export function changedLogging(sent: LoggingSettings, before: JsonLogging | undefined): JsonLogging | undefined {
  const json = sent.format === undefined ? before !== undefined : sent.format === "JSON";
  if (json) {
    return {
      applicationLogLevel: sent.applicationLogLevel ?? before?.applicationLogLevel ?? "INFO",
      systemLogLevel: sent.systemLogLevel ?? before?.systemLogLevel ?? "INFO",
    };
  }
  if (sent.applicationLogLevel === undefined && sent.systemLogLevel === undefined) return undefined;
  const text =
    'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "Json" and try again.';
  throw new AwsError("InvalidParameterValueException", text);
}

/** The members of `LoggingConfig` that tell of it, as Lambda's answers show them. */
export function shownLogging(json: JsonLogging | undefined): Record<string, string> {
  if (!json) return { LogFormat: "Text" };
  const { applicationLogLevel, systemLogLevel } = json;
  return { LogFormat: "JSON", ApplicationLogLevel: applicationLogLevel, SystemLogLevel: systemLogLevel };
}
