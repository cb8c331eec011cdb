// How a function is to log, as flags.
import { InvalidArgumentError, Option } from "@commander-js/extra-typings";
import type { FunctionLogging } from "../aws/lambda/functions.ts";

const formats = { json: "JSON", text: "Text" } as const;
const applicationLevels = ["trace", "debug", "info", "warn", "error", "fatal"];
const systemLevels = ["debug", "info", "warn"];

/** `--log-format`, read to AWS's word. */
export const logFormatOption = new Option("--log-format <format>", "text or json").argParser((text) => {
  const format = Object.entries(formats).find(([name]) => name === text.toLowerCase())?.[1];
  if (!format) throw new InvalidArgumentError("It is text or json.");
  return format;
});

/** `--log-level`: what of the function's own words is logged. */
export const logLevelOption = levelOption(
  "--log-level <level>",
  "what the function logs, in the JSON format",
  applicationLevels,
);

/** `--system-log-level`: what of Lambda's words is logged. */
export const systemLogLevelOption = levelOption(
  "--system-log-level <level>",
  "what Lambda itself logs, in the JSON format",
  systemLevels,
);

/** The flags together; undefined where none was given. */
export function loggingOf(options: {
  readonly logFormat?: FunctionLogging["format"] | undefined;
  readonly logLevel?: string | undefined;
  readonly systemLogLevel?: string | undefined;
}): FunctionLogging | undefined {
  const { logFormat: format, logLevel: applicationLogLevel, systemLogLevel } = options;
  const given = format ?? applicationLogLevel ?? systemLogLevel;
  return given === undefined ? undefined : { format, applicationLogLevel, systemLogLevel };
}

/** A level, read to AWS's word. */
function levelOption<Flags extends string>(flags: Flags, description: string, levels: readonly string[]) {
  const list = `${levels.slice(0, -1).join(", ")} or ${levels.at(-1)}`;
  return new Option(flags, `${description}: ${list}`).argParser((text) => {
    if (!levels.includes(text.toLowerCase())) throw new InvalidArgumentError(`It is ${list}.`);
    return text.toUpperCase();
  });
}
