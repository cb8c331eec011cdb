// Log groups: CreateLogGroup, DescribeLogGroups, DeleteLogGroup, PutRetentionPolicy, DeleteRetentionPolicy.
import type { LogGroup } from "../../store/log-store.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, regionalArn } from "../call.ts";
import type { JsonOperation } from "../json-service.ts";
import { pageOfLogs, validationCode } from "./paging.ts";

const namePattern = modelPattern("[\\.\\-_/#A-Za-z0-9]+");
/** The periods that CloudWatch Logs knows. */
const retentions = [
  1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

export const createLogGroup: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    const name = readGroupName(input);
    if (account.store.logs.group(call.region, name)) {
      throw new AwsError("ResourceAlreadyExistsException", "The specified log group already exists");
    }
    account.store.logs.putGroup({ region: call.region, name, creationTime: account.now() });
    return undefined;
  },
};

export const describeLogGroups: JsonOperation = {
  handle(account, input, call) {
    const [prefix, pattern] = [input.text("logGroupNamePrefix"), input.text("logGroupNamePattern")];
    if (prefix !== undefined && pattern !== undefined) {
      const text = "LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters.";
      throw new AwsError("InvalidParameterException", text);
    }
    const groups = account.store.logs
      .groupsOf(call.region)
      .filter(
        ({ name }) => name.startsWith(prefix ?? "") && name.toLowerCase().includes((pattern ?? "").toLowerCase()),
      );
    const page = pageOfLogs(input, groups, ({ name }) => name);
    const shown = page.items.map((group) => ({
      logGroupName: group.name,
      creationTime: group.creationTime,
      ...(group.retentionInDays !== undefined && { retentionInDays: group.retentionInDays }),
      metricFilterCount: 0,
      arn: `${groupArn(call, group.name)}:*`,
      logGroupArn: groupArn(call, group.name),
      logGroupClass: "STANDARD",
      storedBytes: 0,
    }));
    return { logGroups: shown, ...(page.next !== undefined && { nextToken: page.next }) };
  },
};

export const deleteLogGroup: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    account.store.logs.removeGroup(requireGroup(account, input, call));
    return undefined;
  },
};

export const putRetentionPolicy: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    const days = input.integer("retentionInDays");
    new Constraints().required(days, "retentionInDays").done(validationCode);
    if (days === undefined || !retentions.includes(days)) {
      const text = `1 validation error detected: Value '${days}' at 'retentionInDays' failed to satisfy constraint: Member must satisfy enum value set: [${retentions.join(", ")}]`;
      throw new AwsError("InvalidParameterException", text);
    }
    account.store.logs.putGroup({ ...requireGroup(account, input, call), retentionInDays: days });
    account.store.logs.expire(account.now());
    return undefined;
  },
};

export const deleteRetentionPolicy: JsonOperation = {
  resources: groupResource,
  handle(account, input, call) {
    account.store.logs.putGroup({ ...requireGroup(account, input, call), retentionInDays: undefined });
    return undefined;
  },
};

/** The group that a request names, by name or ARN. @throws AwsError ResourceNotFoundException. */
export function requireGroup(account: AccountState, input: Input, call: Call): LogGroup {
  const group = account.store.logs.group(call.region, readGroupName(input));
  if (group) return group;
  throw new AwsError("ResourceNotFoundException", "The specified log group does not exist.");
}

/** The time before which the group keeps nothing: streams go as a whole, single events are passed over. */
export function oldestKept({ retentionInDays }: LogGroup, now: number): number {
  return retentionInDays === undefined ? 0 : now - retentionInDays * 86_400_000;
}

/** The ARN of a group, without the `:*` that some answers add. */
export function groupArn(call: Pick<Call, "region">, name: string): string {
  return regionalArn(call, "logs", `log-group:${name}`);
}

/** For an operation's `resources`. */
export function groupResource(input: Input, call: Call): readonly string[] {
  return [`${groupArn(call, readGroupName(input))}:*`];
}

function readGroupName(input: Input): string {
  const identifier = input.text("logGroupIdentifier");
  const name = input.text("logGroupName");
  if (identifier !== undefined && name !== undefined) {
    throw new AwsError("ValidationException", "LogGroup name and LogGroup ARN are mutually exclusive parameters.");
  }
  const given = name ?? identifier?.replace(/^arn:[^:]+:logs:[^:]*:\d{12}:log-group:/, "").replace(/:\*$/, "");
  new Constraints()
    .required(given, "logGroupName")
    .length(given, "logGroupName", [1, 512])
    .pattern(given, "logGroupName", namePattern)
    .done(validationCode);
  return given ?? "";
}
