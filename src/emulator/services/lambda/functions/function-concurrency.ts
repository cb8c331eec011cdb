// PutFunctionConcurrency, GetFunctionConcurrency and DeleteFunctionConcurrency: how many environments a function may have, which nobody
// else then gets. The execution side keeps to it; it is no part of what a version is.
import type { FunctionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";
import { Input } from "../../../wire/input.ts";
import { json } from "../../../wire/protocol.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall, RestOperation } from "../../rest-service.ts";
import { findUnqualified, functionNotFound, functionResource } from "../find-function.ts";
import { readFunctionName } from "../names.ts";

/** A thousand environments at once in a region, of which a hundred stay everybody's: AWS's defaults. */
export const concurrencyLimits = { account: 1000, leastUnreserved: 100 } as const;

export const putFunctionConcurrency: RestOperation = {
  name: "PutFunctionConcurrency",
  route: "PUT /2017-10-31/functions/{FunctionName}/concurrency",
  resources: functionResource,
  async handle(account, call) {
    const reserved = Input.parse(call.body).integer("ReservedConcurrentExecutions");
    new Constraints()
      .required(reserved, "reservedConcurrentExecutions")
      .range(reserved, "reservedConcurrentExecutions", [0, 2_147_483_647])
      .done();
    refuseUnknown(account, call);
    // One at a time in a region: two may not reserve the same environments.
    return account.store.locks.run(`concurrency ${call.region}`, async () => {
      const { functionName } = findUnqualified(account, call).document;
      const others = account.store.functions.list(call.region).filter((other) => other.functionName !== functionName);
      if (concurrencyLimits.account - reservedOf(others) - (reserved ?? 0) < concurrencyLimits.leastUnreserved) {
        const text = `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${concurrencyLimits.leastUnreserved}].`;
        throw new AwsError("InvalidParameterValueException", text, { style: "bare" });
      }
      await change(account, call, (document) => ({ ...document, reservedConcurrency: reserved }));
      return json(200, { ReservedConcurrentExecutions: reserved });
    });
  },
};

export const getFunctionConcurrency: RestOperation = {
  name: "GetFunctionConcurrency",
  route: "GET /2019-09-30/functions/{FunctionName}/concurrency",
  resources: functionResource,
  handle: (account, call) => json(200, concurrencyOf(findUnqualified(account, call).document) ?? {}),
};

export const deleteFunctionConcurrency: RestOperation = {
  name: "DeleteFunctionConcurrency",
  route: "DELETE /2017-10-31/functions/{FunctionName}/concurrency",
  resources: functionResource,
  async handle(account, call) {
    await change(account, call, (document) => ({ ...document, reservedConcurrency: undefined }));
    return { status: 204 };
  },
};

/** As GetFunction shows it; undefined where nothing is reserved. */
export function concurrencyOf({ reservedConcurrency }: FunctionDocument): object | undefined {
  return reservedConcurrency === undefined ? undefined : { ReservedConcurrentExecutions: reservedConcurrency };
}

/** What these functions have reserved together. */
export function reservedOf(functions: readonly FunctionDocument[]): number {
  return functions.reduce((sum, { reservedConcurrency = 0 }) => sum + reservedConcurrency, 0);
}

async function change(
  account: AccountState,
  call: RestCall,
  to: (document: FunctionDocument) => FunctionDocument,
): Promise<void> {
  const { region, functionName } = findUnqualified(account, call).document;
  await account.store.locks.run(`function ${region} ${functionName}`, async () => {
    const { document } = findUnqualified(account, call);
    await account.store.functions.put([region, functionName], to(document));
  });
}

/** Recorded: this operation alone says `$LATEST` of a function that is not there. */
function refuseUnknown(account: AccountState, call: RestCall): void {
  const { name } = readFunctionName(call, call.path.FunctionName ?? "");
  if (!account.store.functions.get(call.region, name)) throw functionNotFound(call, name, "$LATEST");
}
