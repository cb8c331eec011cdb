// Pages of CloudWatch Logs: nextToken and limit.
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import { type Page, pageOf } from "../pages.ts";

/** This service's name for a violated constraint. */
export const validationCode = "InvalidParameterException";

/** A page of groups or streams: at most fifty. */
export function pageOfLogs<T>(input: Input, items: readonly T[], keyOf: (item: T) => string): Page<T> {
  const size = input.integer("limit") ?? 50;
  new Constraints().range(size, "limit", [1, 50]).done(validationCode);
  return pageOf(items, keyOf, { marker: input.text("nextToken"), size, refusal: invalidToken });
}

/** The refusal of a token that we didn't give. */
export function invalidToken(): AwsError {
  return new AwsError("InvalidParameterException", "The specified nextToken is invalid.");
}
