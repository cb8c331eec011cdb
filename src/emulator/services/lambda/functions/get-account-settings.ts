// GetAccountSettings: Lambda's limits, and what of them is used in this region.
import { limits } from "../../../../model/limits.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";
import { concurrencyLimits, reservedOf } from "./function-concurrency.ts";

/** 75 GB of code a region: AWS's default. */
const totalCodeSize = 80_530_636_800;

export const getAccountSettings: RestOperation = {
  name: "GetAccountSettings",
  route: "GET /2016-08-19/account-settings",
  handle(account, call) {
    const functions = account.store.functions.list(call.region);
    const sizes = [
      ...functions.map(({ latest }) => latest.codeSize),
      ...account.store.functionVersions.list(call.region).map(({ content }) => content.codeSize),
      ...account.store.layerVersions.list(call.region).map(({ codeSize }) => codeSize),
    ];
    return json(200, {
      AccountLimit: {
        TotalCodeSize: totalCodeSize,
        CodeSizeUnzipped: limits.unzippedBytes,
        CodeSizeZipped: limits.directUploadBytes,
        ConcurrentExecutions: concurrencyLimits.account,
        UnreservedConcurrentExecutions: concurrencyLimits.account - reservedOf(functions),
      },
      AccountUsage: { TotalCodeSize: sizes.reduce((sum, size) => sum + size, 0), FunctionCount: functions.length },
    });
  },
};
