// The CloudWatch Logs service.
import type { AccountState } from "../account-state.ts";
import { jsonService } from "../json-service.ts";
import type { Service } from "../service.ts";
import { filterLogEvents } from "./filter-log-events.ts";
import { getLogEvents } from "./get-log-events.ts";
import {
  createLogGroup,
  deleteLogGroup,
  deleteRetentionPolicy,
  describeLogGroups,
  putRetentionPolicy,
} from "./groups.ts";
import { putLogEvents } from "./put-log-events.ts";
import { createLogStream, describeLogStreams } from "./streams.ts";

/** CloudWatch Logs, on this account. */
export function logsService(account: AccountState): Service {
  return jsonService({
    name: "logs",
    account,
    operations: {
      CreateLogGroup: createLogGroup,
      DescribeLogGroups: describeLogGroups,
      DeleteLogGroup: deleteLogGroup,
      PutRetentionPolicy: putRetentionPolicy,
      DeleteRetentionPolicy: deleteRetentionPolicy,
      CreateLogStream: createLogStream,
      DescribeLogStreams: describeLogStreams,
      PutLogEvents: putLogEvents,
      GetLogEvents: getLogEvents,
      FilterLogEvents: filterLogEvents,
    },
  });
}
