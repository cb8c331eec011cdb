// Repeats what AWS refuses only because a role or key is so new that Lambda does not see it yet.
import type { Connection } from "../aws/connection.ts";
import { isRefusal } from "../aws/errors.ts";
import { getRole } from "../aws/iam.ts";
import { LambdaExtError, remoteError } from "../model/errors.ts";
import type { Progress } from "../model/progress.ts";
import { wrongTrustPolicy } from "./role/create.ts";
import { trustsLambda } from "./role/trust-policy.ts";

/** Seconds as a rule; reports of minutes exist (hashicorp/terraform-provider-aws #14291), and the same words mean a wrong policy too. */
const patienceMilliseconds = 120_000;
const longestPauseMilliseconds = 5000;

/** AWS's words for it, seen in hashicorp/terraform-provider-aws #44517 and #5849. */
const notAssumable = /cannot be assumed by Lambda/i;
const keyNotReady = /KMS key is invalid for CreateGrant/i;

/**
 * Carries out `attempt`, and again for at most two minutes while Lambda cannot use the role. Before the first wait the role's trust
 * policy is looked at, since a wrong one gets the very same refusal.
 * @throws LambdaExtError `NoSuchRole`, `WrongTrustPolicy`, or what AWS said last.
 */
export async function whenRoleIsReady<Result>(
  connection: Connection,
  { role, progress }: { readonly role: string; readonly progress: Progress },
  attempt: () => Promise<Result>,
): Promise<Result> {
  const { pace, signal } = connection;
  const start = pace.now();
  let task: ReturnType<Progress["start"]> | undefined;
  try {
    for (let pause = 500; ; pause = Math.min(pause * 1.6, longestPauseMilliseconds)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isTransient(error)) throw error;
        if (!task) {
          if (notAssumable.test(error.message)) await checkTrust(connection, role);
          task = progress.start("Waiting until Lambda can use the role");
        }
        if (pace.now() - start + pause > patienceMilliseconds) throw error;
      }
      await pace.pause(pause, signal);
    }
  } finally {
    task?.done();
  }
}

function isTransient(error: unknown): error is LambdaExtError {
  if (!isRefusal(error, "InvalidParameterValueException") || !(error instanceof LambdaExtError)) return false;
  return notAssumable.test(error.message) || keyNotReady.test(error.message);
}

async function checkTrust(connection: Connection, arn: string): Promise<void> {
  const name = roleNameOf(arn);
  try {
    const role = await getRole(connection, name);
    if (role && !trustsLambda(role.trustPolicy)) throw wrongTrustPolicy(arn);
    if (role) return;
  } catch (error) {
    // Who may make functions may not always look at roles: then waiting is all that is left.
    if (isRefusal(error, "AccessDenied")) return;
    throw error;
  }
  throw remoteError(`There is no role ${arn}.`, {
    code: "NoSuchRole",
    hint: `Make it: lambda-ext create-role ${name}`,
  });
}

/** `arn:…:role/path/NAME` → `NAME`. */
function roleNameOf(arn: string): string {
  return arn.slice(arn.lastIndexOf("/") + 1);
}
