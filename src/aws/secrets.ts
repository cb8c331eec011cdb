// Secrets of Secrets Manager.
import { randomUUID } from "node:crypto";
import { CreateSecretCommand, PutSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { LambdaExtError, remoteError } from "../model/errors.ts";
import { call, required } from "./call.ts";
import type { Connection } from "./connection.ts";
import { isRefusal, type Purpose } from "./errors.ts";

/** What a secret holds: text, or bytes that are none. */
export type SecretContent = { readonly SecretString: string } | { readonly SecretBinary: Buffer };

/** A secret as it was written. */
export interface WrittenSecret {
  readonly name: string;
  readonly arn: string;
  readonly versionId: string;
  /** Whether it is new. */
  readonly created: boolean;
}

/** Writes a secret: a new current version of one that is there, or a new secret. `id` is a name, or an ARN of one that is there. */
export async function putSecret(
  connection: Connection,
  { id, content }: { readonly id: string; readonly content: SecretContent },
): Promise<WrittenSecret> {
  const { region } = connection.target;
  const purpose = { doing: `put secret ${id} in ${region}`, region, secrets: formsOf(content) };
  const client = connection.client(SecretsManagerClient, region);
  // A version is made once, also where an answer is lost and the request sent again.
  const whole = { ...content, ClientRequestToken: randomUUID() };
  try {
    const command = new PutSecretValueCommand({ SecretId: id, ...whole });
    const answer = await call(connection, purpose, (options) => client.send(command, options));
    return written(answer, purpose, false);
  } catch (error) {
    // Who may write secrets of some names alone is denied one that isn't there: IAM is asked about the bare name, which no policy can name.
    const mayBeMissing = isRefusal(error, "ResourceNotFoundException", "AccessDenied");
    if (!mayBeMissing || id.startsWith("arn:")) throw explained(error, id);
    const command = new CreateSecretCommand({ Name: id, ...whole });
    const answer = await call(connection, purpose, (options) => client.send(command, options)).catch((second) => {
      const isThere = isRefusal(error, "AccessDenied") && isRefusal(second, "ResourceExistsException");
      throw isThere ? error : second;
    });
    return written(answer, purpose, true);
  }
}

interface Answer {
  readonly Name?: string | undefined;
  readonly ARN?: string | undefined;
  readonly VersionId?: string | undefined;
}

function written({ Name, ARN, VersionId }: Answer, purpose: Purpose, created: boolean): WrittenSecret {
  return {
    name: required(Name, purpose),
    arn: required(ARN, purpose),
    versionId: required(VersionId, purpose),
    created,
  };
}

function formsOf(content: SecretContent): readonly string[] {
  return "SecretString" in content ? [content.SecretString] : [content.SecretBinary.toString("base64")];
}

/** What AWS calls an invalid request is, of a well-formed one, a secret that somebody has deleted. */
function explained(error: unknown, id: string): unknown {
  if (!(error instanceof LambdaExtError) || !isRefusal(error, "InvalidRequestException")) return error;
  if (!/deletion|deleted/.test(error.message)) return error;
  return remoteError(error.message, {
    code: error.code,
    hint: `Take it back first: aws secretsmanager restore-secret --secret-id ${id}. Or write it under another name.`,
    cause: error.cause,
  });
}
