// The levels of the JSON log format.

/** From the most detailed to the gravest. */
export const applicationLogLevels = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"] as const;
export type ApplicationLogLevel = (typeof applicationLogLevels)[number];

/** From the most detailed to the gravest. */
export const systemLogLevels = ["DEBUG", "INFO", "WARN"] as const;
export type SystemLogLevel = (typeof systemLogLevels)[number];

/** What reaches the log in the JSON format: this level and those above it. */
export interface JsonLogging {
  /** Of what the function says. */
  readonly applicationLogLevel: ApplicationLogLevel;
  /** Of what the platform says. */
  readonly systemLogLevel: SystemLogLevel;
}
