// One log event as a line for people, or as a document.
import type { ChalkInstance } from "chalk";
import type { LogEvent } from "../aws/logs.ts";
import { readableMessage } from "../functions/logs/readable.ts";
import type { LineSource } from "../functions/logs/source.ts";

/** A document; the caller adds what is common to all. */
export function logDocument(event: LogEvent, source: LineSource): object {
  return {
    timestamp: new Date(event.timestamp).toISOString(),
    logStream: event.stream,
    eventId: event.id,
    ...source,
    message: event.message.trimEnd(),
  };
}

/** The time, then who wrote it (a bar for the platform, a plus for an extension), then what, a record of the JSON format in words. */
export function logLine(event: LogEvent, { source }: LineSource, colors: ChalkInstance): string {
  const time = colors.dim(new Date(event.timestamp).toISOString().slice(11, 23));
  const lines = readableMessage(event.message.trimEnd()).split("\n");
  const [mark, paint] = { platform: ["|", colors.dim], extension: ["+", colors.cyan], function: [" ", plain] }[
    source
  ] as [string, (text: string) => string];
  return lines.map((line, index) => `${index === 0 ? time : " ".repeat(12)} ${mark} ${paint(line)}`).join("\n");
}

function plain(text: string): string {
  return text;
}
