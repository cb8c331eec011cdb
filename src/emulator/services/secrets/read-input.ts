// What requests say about a secret's content: the value, the token that becomes a version's id, and what is not played.
import type { SecretValue } from "../../store/documents.ts";
import { AwsError, validationError } from "../../wire/aws-error.ts";
import type { Input } from "../../wire/input.ts";

/** Of a value, in bytes. */
const mostBytes = 65_536;
/** The key that encrypts where nobody names one; no other is known here. */
const ownKey = "alias/aws/secretsmanager";

/** The value that was sent; undefined where none was, which an empty text counts as. @throws AwsError for two, or one that cannot be kept. */
export function readValue(input: Input): SecretValue | undefined {
  const text = input.text("SecretString") || undefined;
  const binary = input.text("SecretBinary") || undefined;
  if (text !== undefined && binary !== undefined) {
    throw new AwsError(
      "InvalidParameterException",
      "You can't specify both a binary secret value and a string secret value in the same secret.",
    );
  }
  if (text !== undefined) {
    if (Buffer.byteLength(text) > mostBytes) throw tooLong("secretString");
    return { SecretString: text };
  }
  if (binary === undefined) return undefined;
  const bytes = Buffer.from(binary, "base64");
  if (bytes.toString("base64") !== binary) {
    throw new AwsError("SerializationException", "SecretBinary must be base64.", { style: "bare" });
  }
  if (bytes.length > mostBytes) throw tooLong("secretBinary");
  return { SecretBinary: binary };
}

/** The same where there must be one. */
export function requireValue(input: Input): SecretValue {
  const value = readValue(input);
  if (value) return value;
  throw new AwsError("InvalidRequestException", "You must provide either SecretString or SecretBinary.");
}

/** Without the value, which AWS does not repeat either. */
function tooLong(member: string): AwsError {
  return validationError([
    `Value at '${member}' failed to satisfy constraint: Member must have length less than or equal to ${mostBytes}`,
  ]);
}

/** The ClientRequestToken, which AWS's clients make themselves where the caller has none. */
export function readToken(input: Input): string {
  const token = input.text("ClientRequestToken");
  if (token === undefined) {
    throw new AwsError(
      "InvalidRequestException",
      "You must provide a ClientRequestToken value. We recommend a UUID-type value.",
    );
  }
  if (token.length < 32 || token.length > 64) {
    throw new AwsError("InvalidParameterException", "ClientRequestToken must be 32-64 characters long.");
  }
  return token;
}

/** @throws AwsError for members that would have to do something which the endpoint does not play. */
export function refuseUnplayed(input: Input, members: readonly string[]): void {
  const key = input.text("KmsKeyId");
  if (key && key !== ownKey) {
    const text = `The local endpoint has no KMS: the key ${key} is not known to it, only ${ownKey}.`;
    throw new AwsError("InvalidParameterException", text);
  }
  const unplayed = members.filter((member) => input.has(member));
  if (unplayed.length === 0) return;
  const text = `The local endpoint does not play ${unplayed.join(", ")} of secrets.`;
  throw new AwsError("InvalidParameterException", text);
}
