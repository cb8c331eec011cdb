// The versions of a secret, and the staging labels that move from one to the next.
import type { SecretDocument, SecretValue, SecretVersion } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";

/** The label that readers get who name none. */
export const currentStage = "AWSCURRENT";
const previousStage = "AWSPREVIOUS";
/** Secrets Manager keeps about so many; those with a label stay whatever their number. */
const mostVersions = 100;

interface NewVersion {
  /** The caller's ClientRequestToken. */
  readonly id: string;
  readonly value: SecretValue;
  readonly stages: readonly string[];
  readonly now: number;
}

/**
 * Adds a version and gives it its labels; the secret as it was where it has that very version already.
 * @throws AwsError ResourceExistsException where it has a version of that id with another value.
 */
export function addVersion(secret: SecretDocument, { id, value, stages, now }: NewVersion): SecretDocument {
  const same = secret.versions.find((version) => version.id === id);
  if (same) {
    if (sameValue(same.value, value)) return secret;
    const text = `You can't use ClientRequestToken ${id} because that value is already in use for a version of secret ${secret.arn}.`;
    throw new AwsError("ResourceExistsException", text);
  }
  // A secret always has a current version, whatever labels its first one was given.
  const first = !secret.versions.some((version) => version.stages.includes(currentStage));
  const given = first ? [...new Set([currentStage, ...stages])] : [...new Set(stages)];
  const before = secret.versions.map((version) => ({ ...version, stages: stagesLeft(version, given) }));
  const versions = [...before, { id, created: now, value, stages: given }];
  return { ...secret, lastChanged: now, versions: withoutOldest(versions) };
}

/** What remains to a version when another one takes these labels. */
function stagesLeft({ stages }: SecretVersion, taken: readonly string[]): readonly string[] {
  const moves = taken.includes(currentStage);
  const left = stages.filter((stage) => !taken.includes(stage) && !(moves && stage === previousStage));
  return moves && stages.includes(currentStage) && !taken.includes(previousStage) ? [...left, previousStage] : left;
}

function withoutOldest(versions: readonly SecretVersion[]): readonly SecretVersion[] {
  let surplus = versions.length - mostVersions;
  return versions.filter(({ stages }) => stages.length > 0 || surplus-- <= 0);
}

/** The versions that have labels, as answers show them; undefined where there is none. */
export function stagesById({ versions }: SecretDocument): Readonly<Record<string, readonly string[]>> | undefined {
  const labelled = versions.filter(({ stages }) => stages.length > 0);
  return labelled.length === 0 ? undefined : Object.fromEntries(labelled.map(({ id, stages }) => [id, stages]));
}

/** Whether two values are the same. */
export function sameValue(one: SecretValue, other: SecretValue): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
