// Account Management: which regions are on. Nothing of the account can be changed.
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import { RestRouter } from "../rest-service.ts";
import type { Service } from "../service.ts";
import { listRegions } from "./list-regions.ts";

/** Operations that are not played; botocore 1.44.5's service model, in which each has its name as its path. */
const unplayed = [
  "AcceptPrimaryEmailUpdate",
  "DeleteAlternateContact",
  "DisableRegion",
  "EnableRegion",
  "GetAccountInformation",
  "GetAlternateContact",
  "GetContactInformation",
  "GetGovCloudAccountInformation",
  "GetPrimaryEmail",
  "GetPrimaryEmailUpdateStatus",
  "GetRegionOptStatus",
  "PutAccountName",
  "PutAlternateContact",
  "PutContactInformation",
  "SendPhoneNumberVerification",
  "StartPrimaryEmailUpdate",
  "VerifyPhoneNumber",
];

/** Account Management, on this account. */
export function accountService(account: AccountState): Service {
  const routes = Object.fromEntries(
    unplayed.map((name) => [name, `POST /${name.charAt(0).toLowerCase()}${name.slice(1)}`]),
  );
  const router = new RestRouter({ service: "account", account, operations: [listRegions], unplayed: routes });
  return {
    operations: router.names,
    operationOf: (request) => router.nameOf(request),
    maxBodyBytes: 64 * 1024,
    tooLarge: () => new AwsError("RequestEntityTooLargeException", "The request is too large.", { status: 413 }),
    handle: (call) => router.handle(call),
  };
}
