// GetLogEvents: one stream, forwards or backwards from a token.
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { JsonOperation } from "../json-service.ts";
import { groupResource, oldestKept, requireGroup } from "./groups.ts";
import { invalidToken, validationCode } from "./paging.ts";

const mostEvents = 10_000;

export const getLogEvents: JsonOperation = {
  resources: groupResource,
  async handle(account, input, call) {
    const group = requireGroup(account, input, call);
    const name = input.text("logStreamName");
    const limit = input.integer("limit") ?? mostEvents;
    new Constraints().required(name, "logStreamName").range(limit, "limit", [1, mostEvents]).done(validationCode);
    const stream = account.store.logs.streams(group).find((one) => one.name === name);
    if (!stream) throw new AwsError("ResourceNotFoundException", "The specified log stream does not exist.");
    const start = Math.max(input.integer("startTime") ?? 0, oldestKept(group, account.now()));
    const end = input.integer("endTime") ?? Number.POSITIVE_INFINITY;
    const all = await stream.read();
    const events = all.filter(({ timestamp }) => timestamp >= start && timestamp < end);
    const range = rangeOf(
      { token: input.text("nextToken"), head: input.flag("startFromHead") ?? false, limit },
      events.length,
    );
    return {
      events: events
        .slice(range.from, range.to)
        .map(({ timestamp, message, ingestionTime }) => ({ timestamp, message, ingestionTime })),
      // A token that comes back unchanged says that this is the end: that is how the paginators stop.
      nextForwardToken: `f/${range.to}`,
      nextBackwardToken: `b/${range.from}`,
    };
  },
};

interface Wanted {
  readonly token: string | undefined;
  readonly head: boolean;
  readonly limit: number;
}

function rangeOf({ token, head, limit }: Wanted, length: number): { readonly from: number; readonly to: number } {
  if (token === undefined) {
    return head ? { from: 0, to: Math.min(limit, length) } : { from: Math.max(0, length - limit), to: length };
  }
  const match = /^([fb])\/(\d{1,12})$/.exec(token);
  if (!match) throw invalidToken();
  const at = Math.min(Number(match[2]), length);
  if (match[1] === "f") return { from: at, to: Math.min(at + limit, length) };
  return { from: Math.max(0, at - limit), to: at };
}
