// The ARN of a role that was named.
import type { Connection } from "../../aws/connection.ts";
import { requireRole } from "./describe.ts";

/**
 * An ARN as it stands, a name looked up.
 * @throws LambdaExtError `NoSuchRole`.
 */
export async function roleArn(connection: Connection, role: string): Promise<string> {
  return role.startsWith("arn:") ? role : (await requireRole(connection, role)).arn;
}
