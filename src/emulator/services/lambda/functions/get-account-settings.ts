// GetAccountSettings: Lambda's limits, and what of them is used in this region.
import { limits } from "../../../../model/limits.ts";
import { json } from "../../../wire/protocol.ts";
import type { RestOperation } from "../../rest-service.ts";

/** 75 GB of code a region, a thousand environments at once: AWS's defaults. */
const defaults = { totalCodeSize: 80_530_636_800, concurrency: 1000 };

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
        TotalCodeSize: defaults.totalCodeSize,
        CodeSizeUnzipped: limits.unzippedBytes,
        CodeSizeZipped: limits.directUploadBytes,
        ConcurrentExecutions: defaults.concurrency,
        UnreservedConcurrentExecutions: defaults.concurrency,
      },
      AccountUsage: { TotalCodeSize: sizes.reduce((sum, size) => sum + size, 0), FunctionCount: functions.length },
    });
  },
};
