// Whether a function's role may send the record of an event where it is to go. Lambda looks when the target is set, and it is the role under
// which the record is sent.
import { authorize } from "../../../access/authorize.ts";
import { roleNameOf } from "../../../access/principal.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import type { AccountState } from "../../account-state.ts";
import type { DeliveryTarget } from "./delivery-target.ts";

/** The function that sends. */
export interface Sender {
  readonly role: string;
  readonly functionName: string;
  readonly region: string;
}

/** Why the role may not send to the target, in IAM's words; undefined where it may. */
export function sendingRefusal(account: AccountState, sender: Sender, target: DeliveryTarget): string | undefined {
  const { role: roleArn, functionName: sessionName, region } = sender;
  const principal = { kind: "role", roleArn, roleName: roleNameOf(roleArn), sessionName } as const;
  try {
    const { action, resource } = target;
    authorize(account, { principal, region, action, resources: () => [resource], refusal: "AccessDenied" });
    return undefined;
  } catch (error) {
    if (error instanceof AwsError) return error.message;
    throw error;
  }
}
