// Secrets: how they are named, found and changed.
import { randomBytes } from "node:crypto";
import type { SecretDocument } from "../../store/documents.ts";
import type { Store } from "../../store/store.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints } from "../../wire/constraints.ts";
import type { Input } from "../../wire/input.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, regionalArn } from "../call.ts";

/** A secret as a caller named it: by name, by ARN, or by ARN without the six random characters. */
export interface SecretQuestion {
  readonly account: Pick<AccountState, "store" | "now">;
  readonly call: Pick<Call, "region">;
  readonly id: string;
}

const prefix = "secret:";
/** What AWS puts behind a name, so that a secret of the same name, made later, is another one for policies. */
const suffix = /-[A-Za-z0-9]{6}$/;

/** The ARN of a secret that does not exist yet; what stands for the random characters matches `NAME-*` and `NAME-??????`. */
export function arnToBe(call: Pick<Call, "region">, name: string, random = "??????"): string {
  return regionalArn(call, "secretsmanager", `${prefix}${name}-${random}`);
}

/** A new ARN. */
export function newArn(call: Pick<Call, "region">, name: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return arnToBe(call, name, Array.from(randomBytes(6), (byte) => letters[byte % letters.length]).join(""));
}

/** The member SecretId. @throws AwsError ValidationException where it is missing or cannot be one. */
export function readSecretId(input: Input): string {
  const id = input.text("SecretId");
  new Constraints().required(id, "secretId").length(id, "secretId", [1, 2048]).done();
  if (id && !id.startsWith("arn:")) checkName(id);
  return id ?? "";
}

/** @throws AwsError ValidationException for a name that no secret can have. */
export function checkName(name: string): void {
  if (/^[A-Za-z0-9/_+=.@!-]+$/.test(name)) return;
  throw new AwsError(
    "ValidationException",
    "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
  );
}

/** The secret, also one that is to be deleted; undefined where there is none. */
export function findSecret({ account, call, id }: SecretQuestion): SecretDocument | undefined {
  const secret = account.store.secrets.get(call.region, nameIn(call, id));
  if (!secret || isDue(secret, account.now())) return undefined;
  // What looks like a whole ARN has to be the whole ARN: AWS finds none by a partial one whose name ends like this.
  return id.startsWith("arn:") && suffix.test(id) && secret.arn !== id ? undefined : secret;
}

function nameIn(call: Pick<Call, "region">, id: string): string {
  if (!id.startsWith("arn:")) return id;
  const start = regionalArn(call, "secretsmanager", prefix);
  return id.startsWith(start) ? id.slice(start.length).replace(suffix, "") : "";
}

/** The secret. @throws AwsError where there is none. */
export function requireSecret(question: SecretQuestion): SecretDocument {
  const secret = findSecret(question);
  if (secret) return secret;
  throw new AwsError("ResourceNotFoundException", "Secrets Manager can't find the specified secret.");
}

/** The secret. @throws AwsError where there is none, or it is to be deleted. */
export function requireStaying(question: SecretQuestion): SecretDocument {
  const secret = requireSecret(question);
  if (secret.deletion === undefined) return secret;
  throw new AwsError(
    "InvalidRequestException",
    "You can't perform this operation on the secret because it was marked for deletion.",
  );
}

/** Changes a secret, one caller after the other; one that comes back as it was is not written. */
export async function changeSecret(
  question: SecretQuestion,
  find: typeof requireSecret,
  change: (secret: SecretDocument) => SecretDocument,
): Promise<SecretDocument> {
  const { name, region } = find(question);
  const { locks, secrets } = question.account.store;
  return locks.run(lockOf(region, name), async () => {
    const secret = find(question);
    const changed = change(secret);
    if (changed !== secret) await secrets.put([region, name], changed);
    return changed;
  });
}

/** The lock under which a secret is made, changed and removed. */
export function lockOf(region: string, name: string): string {
  return `secret ${region} ${name}`;
}

/** For an operation's `resources`: the secret's ARN; what the caller wrote where there is no such secret, as AWS has it. */
export function secretResource(input: Input, call: Call, account: AccountState): readonly string[] {
  const id = readSecretId(input);
  return [findSecret({ account, call, id })?.arn ?? id];
}

/** Removes the secrets whose time to be restored is over; until that was done they are only not found. */
export async function removeDueSecrets({ secrets }: Pick<Store, "secrets">, now: number): Promise<void> {
  for (const secret of secrets.list()) {
    if (isDue(secret, now)) await secrets.remove([secret.region, secret.name]);
  }
}

function isDue({ deletion }: SecretDocument, now: number): boolean {
  return deletion !== undefined && deletion <= now;
}
