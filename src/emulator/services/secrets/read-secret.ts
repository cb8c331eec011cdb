// Reads a version of a secret, for GetSecretValue and for Parameter Store's references.
import type { SecretDocument, SecretVersion } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import type { Call } from "../call.ts";
import { changeSecret, requireSecret, requireStaying } from "./secret.ts";
import { currentStage } from "./versions.ts";

/** Which version; the current one without either. */
export interface VersionQuestion {
  readonly account: AccountState;
  readonly call: Call;
  readonly id: string;
  readonly versionId?: string | undefined;
  readonly stage?: string | undefined;
}

interface ReadVersion {
  readonly secret: SecretDocument;
  readonly version: SecretVersion;
}

const dayMilliseconds = 86_400_000;

/** Finds the version, and has the day of the reading noted. @throws AwsError in AWS's words where it cannot be had. */
export function readSecretVersion(question: VersionQuestion): ReadVersion {
  const secret = requireStaying(question);
  const version = findVersion(secret, question);
  noteReading(question, secret);
  return { secret, version };
}

function findVersion({ versions }: SecretDocument, { versionId, stage }: VersionQuestion): SecretVersion {
  if (versionId === undefined) {
    const label = stage ?? currentStage;
    return versions.find(({ stages }) => stages.includes(label)) ?? missing(`staging label: ${label}`);
  }
  const found = versions.find(({ id }) => id === versionId) ?? missing(`VersionId: ${versionId}`);
  if (stage === undefined || found.stages.includes(stage)) return found;
  const text = "You provided a VersionStage that is not associated to the provided VersionId.";
  throw new AwsError("InvalidRequestException", text);
}

function missing(what: string): never {
  const text = `Secrets Manager can't find the specified secret value for ${what}`;
  throw new AwsError("ResourceNotFoundException", text);
}

/** Once a day, when the reader has its answer: a secret is what a cold start waits for. */
function noteReading({ account, call, id }: VersionQuestion, { name, lastAccessed }: SecretDocument): void {
  const now = account.now();
  const today = now - (now % dayMilliseconds);
  if (lastAccessed === today) return;
  const noted = changeSecret({ account, call, id }, requireSecret, (secret) =>
    secret.lastAccessed === today ? secret : { ...secret, lastAccessed: today },
  );
  account.background(
    noted.catch((error: unknown) => {
      account.warnSeldom(`The day on which secret ${name} was read could not be written down: ${String(error)}`);
    }),
  );
}
