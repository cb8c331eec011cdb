// STS: who is calling.
import { sessionArn, userArn, userId } from "../../access/principal.ts";
import { accountId } from "../../account.ts";
import type { AccountState } from "../account-state.ts";
import { partitionOfCall } from "../call.ts";
import { type QueryOperation, queryService } from "../query-service.ts";
import type { Service } from "../service.ts";

/** Everybody may ask, whatever policies say. */
const getCallerIdentity: QueryOperation = {
  resources: "none",
  handle(account, _form, call) {
    const { principal } = call;
    if (principal.kind === "user") {
      return { UserId: userId, Account: accountId, Arn: userArn(principal, partitionOfCall(call)) };
    }
    const role = account.store.roles.get(partitionOfCall(call), principal.roleName);
    const id = role?.roleId ?? "AROADELETED000000000";
    return { Arn: sessionArn(principal), UserId: `${id}:${principal.sessionName}`, Account: accountId };
  },
};

/** STS, on this account. */
export function stsService(account: AccountState): Service {
  return queryService({
    name: "sts",
    version: "2011-06-15",
    account,
    operations: { GetCallerIdentity: getCallerIdentity },
  });
}
