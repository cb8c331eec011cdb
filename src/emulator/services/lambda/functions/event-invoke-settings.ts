// Reads how events are to be handled, and checks the destinations as Lambda does: recorded refusals, where nothing else is said.

import { parseArn } from "../../../../model/arn.ts";
import { accountId } from "../../../account.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import type { AccountState } from "../../account-state.ts";
import { partitionOfCall } from "../../call.ts";
import type { RestCall } from "../../rest-service.ts";
import { sendingRefusal } from "../events/delivery-permission.ts";
import { type DeliveryTarget, deliversTo, readTarget } from "../events/delivery-target.ts";
import { versionOf } from "../find-function.ts";

/** What a caller sent; `destinations` where there was a DestinationConfig, of whatever content. */
export interface EventInvokeSettings {
  readonly maximumRetryAttempts?: number | undefined;
  readonly maximumEventAgeInSeconds?: number | undefined;
  readonly onSuccess?: string | undefined;
  readonly onFailure?: string | undefined;
  readonly destinations?: { readonly OnSuccess: boolean; readonly OnFailure: boolean } | undefined;
}

// Botocore 1.44.5's service model.
const destinationPattern = modelPattern(
  "$|kafka://([^.]([a-zA-Z0-9\\-_.]{0,248}))|arn:(aws[a-zA-Z0-9-]*):([a-zA-Z0-9\\-])+:((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1})?:(\\d{12})?:(.*)",
);

/** @throws AwsError where a value is out of bounds, or none was sent. */
export function readEventInvokeSettings(body: Buffer): EventInvokeSettings {
  const input = Input.parse(body);
  const destinations = input.inner("DestinationConfig");
  const onSuccess = destinations.inner("OnSuccess").text("Destination");
  const onFailure = destinations.inner("OnFailure").text("Destination");
  const maximumRetryAttempts = input.integer("MaximumRetryAttempts");
  const maximumEventAgeInSeconds = input.integer("MaximumEventAgeInSeconds");
  new Constraints()
    .range(maximumRetryAttempts, "maximumRetryAttempts", [0, 2])
    .range(maximumEventAgeInSeconds, "maximumEventAgeInSeconds", [60, 21_600])
    .length(onSuccess, "destinationConfig.onSuccess.destination", [0, 350])
    .pattern(onSuccess, "destinationConfig.onSuccess.destination", destinationPattern)
    .length(onFailure, "destinationConfig.onFailure.destination", [0, 350])
    .pattern(onFailure, "destinationConfig.onFailure.destination", destinationPattern)
    .done();
  const sent = input.has("DestinationConfig");
  if (!sent && maximumRetryAttempts === undefined && maximumEventAgeInSeconds === undefined) {
    const text = "You must specify at least one of error handling or destination setting.";
    throw new AwsError("InvalidParameterValueException", text);
  }
  return {
    maximumRetryAttempts,
    maximumEventAgeInSeconds,
    onSuccess: onSuccess || undefined,
    onFailure: onFailure || undefined,
    destinations: sent
      ? { OnSuccess: destinations.has("OnSuccess"), OnFailure: destinations.has("OnFailure") }
      : undefined,
  };
}

interface Owner {
  readonly call: RestCall;
  readonly functionName: string;
  readonly role: string;
}

/**
 * Refuses destinations that Lambda would: of another kind, not there, the function itself, or out of its role's reach. Whether a queue,
 * topic, bus or bucket is there cannot be known here.
 */
export function checkDestinations(account: AccountState, owner: Owner, settings: EventInvokeSettings): void {
  const { onSuccess, onFailure, destinations } = settings;
  // Buckets for failures alone: AWS says so, its words for the refusal are taken to be the same.
  const unfit = (arn: string | undefined, s3: boolean) =>
    arn !== undefined && (!deliversTo(arn) || (!s3 && parseArn(arn)?.service === "s3"));
  if (unfit(onSuccess, false) || unfit(onFailure, true)) {
    const part = (name: "OnSuccess" | "OnFailure", arn: string | undefined) =>
      destinations?.[name] ? `${name}(destination=${arn ?? "null"})` : "null";
    const config = `DestinationConfig(onSuccess=${part("OnSuccess", onSuccess)}, onFailure=${part("OnFailure", onFailure)})`;
    throw new AwsError("InvalidParameterValueException", `The provided destination config ${config} is invalid.`);
  }
  for (const arn of [onFailure, onSuccess]) if (arn !== undefined) checkDestination(account, owner, arn);
}

function checkDestination(account: AccountState, { call, functionName, role }: Owner, arn: string): void {
  const target = readTarget(arn);
  if (!target || !isThere(account, call, target)) {
    throw new AwsError("InvalidParameterValueException", `The destination ARN ${arn} is invalid.`);
  }
  if (target.service === "lambda" && target.name === functionName) {
    throw new AwsError("InvalidParameterValueException", "You can't specify the function as a destination for itself.");
  }
  if (sendingRefusal(account, { role, functionName, region: call.region }, target) === undefined) return;
  const [, operation] = target.action.split(":");
  const text = `The function's execution role does not have permissions to call ${operation} on ${arn}`;
  throw new AwsError("InvalidParameterValueException", text);
}

/** Functions must be there, in this region; of the others only the partition can be told. */
function isThere(account: AccountState, call: RestCall, { arn, service, name, qualifier }: DeliveryTarget): boolean {
  const parts = parseArn(arn);
  if (parts?.partition !== partitionOfCall(call)) return false;
  if (service !== "lambda") return true;
  if (parts.region !== call.region || parts.account !== accountId) return false;
  const document = account.store.functions.get(call.region, name);
  return document !== undefined && versionOf(account, document, qualifier) !== undefined;
}
