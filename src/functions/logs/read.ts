// Reads a function's log events, once or for as long as they come.
import type { Connection } from "../../aws/connection.ts";
import { isRefusal } from "../../aws/errors.ts";
import { getFunction } from "../../aws/lambda/functions.ts";
import { type LogEvent, logEvents } from "../../aws/logs.ts";

/** Whose events, and from when. */
export interface LogQuery {
  readonly region: string;
  /** The log group. */
  readonly group: string;
  /** Milliseconds since 1970. */
  readonly since: number;
}

const pollMilliseconds = 1000;

/** Events arrive out of order and late: how far back each look goes again. CloudWatch shows most of them within seconds. */
const overlapMilliseconds = 30_000;

/**
 * The log group of a function: its own, where it has been given one. A function that is gone may have left its log.
 */
export async function logGroupOf(
  connection: Connection,
  address: { readonly region: string; readonly name: string },
): Promise<{ readonly group: string; readonly exists: boolean }> {
  try {
    const { logGroup } = await getFunction(connection, address);
    return { group: logGroup, exists: true };
  } catch (error) {
    if (!isRefusal(error, "ResourceNotFoundException")) throw error;
    const bare = address.name.replace(/^.*:function:/, "").replace(/:.*$/, "");
    return { group: `/aws/lambda/${bare}`, exists: false };
  }
}

/** All events since a moment; undefined where there is no log group yet. */
export async function readLogs(connection: Connection, query: LogQuery): Promise<LogEvent[] | undefined> {
  const events: LogEvent[] = [];
  try {
    for await (const page of logEvents(connection, query)) events.push(...page);
  } catch (error) {
    if (isRefusal(error, "ResourceNotFoundException")) return undefined;
    throw error;
  }
  return events;
}

/**
 * Events as they come, each once, until the connection's signal aborts. A log group that isn't there yet is waited for.
 */
export async function* followLogs(connection: Connection, query: LogQuery): AsyncGenerator<LogEvent> {
  const { pace, signal } = connection;
  const seen = new Map<string, number>();
  let newest = query.since;
  while (true) {
    const since = Math.max(query.since, newest - overlapMilliseconds);
    const events = (await readLogs(connection, { ...query, since })) ?? [];
    for (const event of events) {
      if (seen.has(event.id)) continue;
      seen.set(event.id, event.timestamp);
      newest = Math.max(newest, event.timestamp);
      yield event;
    }
    for (const [id, timestamp] of seen) if (timestamp < newest - overlapMilliseconds) seen.delete(id);
    await pace.pause(pollMilliseconds, signal);
  }
}
