// DescribeLogStreams and CreateLogStream.
import type { LogStream } from "../../store/log-stream.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { groupArn, groupResource, requireGroup } from "./groups.ts";
import { pageOfLogs, validationCode } from "./paging.ts";

export const describeLogStreams: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    const group = requireGroup(account, input, call);
    const prefix = input.text("logStreamNamePrefix");
    const orderBy = input.text("orderBy") ?? "LogStreamName";
    new Constraints().oneOf(orderBy, "orderBy", ["LogStreamName", "LastEventTime"]).done(validationCode);
    if (orderBy === "LastEventTime" && prefix !== undefined) {
      const text = "Cannot order by LastEventTime with a logStreamNamePrefix.";
      throw new AwsError("InvalidParameterException", text);
    }
    const streams = account.store.logs.streams(group).filter(({ name }) => name.startsWith(prefix ?? ""));
    const key = (stream: LogStream) => (orderBy === "LastEventTime" ? lastEvent(stream) : stream.name);
    streams.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.name < b.name ? -1 : 1));
    if (input.flag("descending")) streams.reverse();
    const page = pageOfLogs(input, streams, ({ name }) => name);
    return {
      logStreams: page.items.map((stream) => {
        const { firstEventTimestamp, lastEventTimestamp, lastIngestionTime } = stream.summary();
        return {
          logStreamName: stream.name,
          creationTime: stream.creationTime,
          firstEventTimestamp,
          lastEventTimestamp,
          lastIngestionTime,
          arn: `${groupArn(call, group.name)}:log-stream:${stream.name}`,
          storedBytes: 0,
        };
      }),
      ...(page.next !== undefined && { nextToken: page.next }),
    };
  },
};

export const createLogStream: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    const group = requireGroup(account, input, call);
    const name = input.text("logStreamName");
    new Constraints().required(name, "logStreamName").length(name, "logStreamName", [1, 512]).done(validationCode);
    if (!/^[^:*]+$/.test(name ?? "")) {
      throw new AwsError("InvalidParameterException", "Log stream name cannot hold a colon or an asterisk.");
    }
    if (account.store.logs.streams(group).some((stream) => stream.name === name)) {
      throw new AwsError("ResourceAlreadyExistsException", "The specified log stream already exists");
    }
    account.store.logs.openStream(group, name ?? "", account.now());
    return undefined;
  },
};

function lastEvent(stream: LogStream): number {
  return stream.summary().lastEventTimestamp ?? stream.creationTime;
}
