// Log events of CloudWatch Logs.
import { CloudWatchLogsClient, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { call } from "./call.ts";
import type { Connection } from "./connection.ts";

/** One line of a log, as it was written. */
export interface LogEvent {
  readonly id: string;
  readonly stream: string;
  /** Milliseconds since 1970. */
  readonly timestamp: number;
  readonly message: string;
}

/** Events of a log group since a moment, oldest first, page by page: a page may be empty although the next one is not. */
export async function* logEvents(
  connection: Connection,
  query: { readonly region: string; readonly group: string; readonly since: number },
): AsyncGenerator<readonly LogEvent[]> {
  const { region, group, since } = query;
  const purpose = { doing: `read log group ${group} in ${region}`, region };
  const client = connection.client(CloudWatchLogsClient, region);
  let token: string | undefined;
  do {
    const command = new FilterLogEventsCommand({
      logGroupName: group,
      startTime: Math.max(0, Math.floor(since)),
      ...(token !== undefined && { nextToken: token }),
    });
    const answer = await call(connection, purpose, (options) => client.send(command, options));
    yield (answer.events ?? []).map((event) => ({
      id: event.eventId ?? "",
      stream: event.logStreamName ?? "",
      timestamp: event.timestamp ?? 0,
      message: event.message ?? "",
    }));
    token = answer.nextToken;
  } while (token);
}
