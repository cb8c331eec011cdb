// PutLogEvents: what an extension may send on its own.
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { groupResource, requireGroup } from "./groups.ts";
import { validationCode } from "./paging.ts";

const hour = 3_600_000;
/** What CloudWatch Logs takes: not older than a fortnight, not more than two hours ahead. */
const oldest = 14 * 24 * hour;
const newest = 2 * hour;

export const putLogEvents: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    const group = requireGroup(account, input, call);
    const stream = account.store.logs.streams(group).find(({ name }) => name === input.text("logStreamName"));
    if (!stream) throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
    const given = input.list("logEvents");
    new Constraints().required(given, "logEvents").length(given, "logEvents", [1, 10_000]).done(validationCode);
    const now = account.now();
    const events = (given ?? []).map((event) => {
      const [timestamp, message] = [event.integer("timestamp"), event.text("message")];
      new Constraints().required(timestamp, "timestamp").required(message, "message").done(validationCode);
      return { timestamp: timestamp ?? 0, ingestionTime: now, message: message ?? "" };
    });
    if (events.some(({ timestamp }, index) => timestamp < (events[index - 1]?.timestamp ?? 0))) {
      const text = "Log events in a single PutLogEvents request must be in chronological order.";
      throw new AwsError("InvalidParameterException", text);
    }
    const tooOld = events.filter(({ timestamp }) => timestamp < now - oldest).length;
    const tooNew = events.findIndex(({ timestamp }) => timestamp > now + newest);
    account.store.logs
      .openStream(group, stream.name, now)
      .append(events.slice(tooOld, tooNew < 0 ? undefined : tooNew));
    const rejected = {
      ...(tooOld > 0 && { tooOldLogEventEndIndex: tooOld }),
      ...(tooNew >= 0 && { tooNewLogEventStartIndex: tooNew }),
    };
    // The token means nothing since 2023, and is still sent.
    const nextSequenceToken = String(stream.summary().events).padStart(56, "4");
    return { nextSequenceToken, ...(Object.keys(rejected).length > 0 && { rejectedLogEventsInfo: rejected }) };
  },
};
