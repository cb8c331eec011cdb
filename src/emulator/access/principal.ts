// Who is calling: the person at this machine, or an execution environment in its role.

/** The person: may do everything in this account. */
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
