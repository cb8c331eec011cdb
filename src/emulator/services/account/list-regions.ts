// ListRegions: every region of the caller's partition in which Lambda is offered, all of them switched on.
import { formatArn } from "../../../model/arn.ts";
import { isOptIn } from "../../../model/opt-in.ts";
import { partitionOf } from "../../../model/partition.ts";
import { accountId } from "../../account.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../wire/constraints.ts";
import { Input } from "../../wire/input.ts";
import { json } from "../../wire/protocol.ts";
import { partitionOfCall } from "../call.ts";
import { pageOf } from "../pages.ts";
import type { RestOperation } from "../rest-service.ts";

const statuses = ["ENABLED", "ENABLING", "DISABLING", "DISABLED", "ENABLED_BY_DEFAULT"];

export const listRegions: RestOperation = {
  name: "ListRegions",
  route: "POST /listRegions",
  // As the service authorization reference has it for whoever asks about the own account: no region in it.
  resources: (call) => [
    formatArn({
      partition: partitionOfCall(call),
      service: "account",
      region: "",
      account: accountId,
      resource: "account",
    }),
  ],
  handle(_account, { body, region }) {
    const input = Input.parse(body);
    const [size, token, wanted] = [
      input.integer("MaxResults"),
      input.text("NextToken"),
      input.texts("RegionOptStatusContains"),
    ];
    const constraints = new Constraints()
      .range(size, "maxResults", [1, 50])
      .length(token, "nextToken", [0, 1000])
      .pattern(input.text("AccountId"), "accountId", modelPattern("\\d{12}"));
    for (const [index, status] of (wanted ?? []).entries()) {
      constraints.oneOf(status, `regionOptStatusContains.${index + 1}.member`, statuses);
    }
    constraints.done();
    if (input.has("AccountId")) {
      // As for every account that manages no organization.
      throw new AwsError("AccessDeniedException", "You are not authorized to name another account.", { status: 403 });
    }
    const regions = partitionOf(region)
      .regions.map((name) => ({ RegionName: name, RegionOptStatus: isOptIn(name) ? "ENABLED" : "ENABLED_BY_DEFAULT" }))
      .filter(({ RegionOptStatus }) => !wanted || wanted.length === 0 || wanted.includes(RegionOptStatus));
    const { items, next } = pageOf(regions, ({ RegionName }) => RegionName, {
      marker: token || undefined,
      size: size ?? 20,
      refusal: () => new AwsError("ValidationException", "The token is invalid.", { style: "bare" }),
    });
    return json(200, { Regions: items, ...(next !== undefined && { NextToken: next }) });
  },
};
