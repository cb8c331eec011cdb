// Who is calling: the person at this machine, or an execution environment in its role.
import { formatArn } from "../../model/arn.ts";
import { accountId } from "../account.ts";

/** The person: may do everything in this account, unless the endpoint was given a policy for them. */
export interface UserPrincipal {
  readonly kind: "user";
  readonly userName: string;
}

/** An execution environment: may do what its function's role allows. */
export interface RolePrincipal {
  readonly kind: "role";
  readonly roleArn: string;
  readonly roleName: string;
  readonly sessionName: string;
}

/** Whoever signed a request. */
export type Principal = UserPrincipal | RolePrincipal;

/** The name in a role's ARN, without its path. */
export function roleNameOf(roleArn: string): string {
  return roleArn.split("/").at(-1) ?? roleArn;
}

/** The ARN under which a role's session acts. */
export function sessionArn({ roleArn, roleName, sessionName }: RolePrincipal): string {
  const [, partition = "aws", , , account = ""] = roleArn.split(":");
  return `arn:${partition}:sts::${account}:assumed-role/${roleName}/${sessionName}`;
}

/** The person's ARN in a partition. */
export function userArn({ userName }: UserPrincipal, partition: string): string {
  return formatArn({ partition, service: "iam", region: "", account: accountId, resource: `user/${userName}` });
}

/** The person's id, as IAM makes them up. */
export const userId = "AIDALOCALUSER0000000";
