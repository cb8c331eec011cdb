// Names of parameters that stand for secrets of Secrets Manager: `/aws/reference/secretsmanager/ID`, with `:LABEL` or `:VERSION-ID` behind it.
import { authorize } from "../../access/authorize.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import type { Call } from "../call.ts";
import { readSecretVersion } from "../secrets/read-secret.ts";
import { findSecret } from "../secrets/secret.ts";

const prefix = "/aws/reference/secretsmanager/";

/** A secret as a caller of Parameter Store named it. */
export interface SecretReference {
  /** With the prefix, without the selector. */
  readonly name: string;
  /** The secret's name. */
  readonly id: string;
  /** A staging label or a version's id. */
  readonly selector: string | undefined;
}

/** Reads such a name; undefined for every other one. @throws AwsError ValidationException for more than a name and a selector. */
export function readSecretReference(text: string): SecretReference | undefined {
  if (!text.startsWith(prefix)) return undefined;
  const [id = "", selector, ...more] = text.slice(prefix.length).split(":");
  if (id === "" || selector === "" || more.length > 0) {
    throw new AwsError(
      "ValidationException",
      "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>",
    );
  }
  return { name: `${prefix}${id}`, id, selector };
}

interface ReferenceQuestion {
  readonly account: AccountState;
  readonly call: Call;
  readonly reference: SecretReference;
  readonly decrypt: boolean;
}

/**
 * The secret as a parameter. Whoever asks needs leave for the secret too.
 * @throws AwsError in Parameter Store's words, which are others than those of Secrets Manager; 403 where that leave is missing.
 */
export function secretAsParameter({ account, call, reference, decrypt }: ReferenceQuestion): object {
  const { id, name, selector } = reference;
  if (!decrypt) {
    const text = "WithDecryption flag must be True for retrieving a Secret Manager secret.";
    throw new AwsError("ValidationException", text);
  }
  const found = findSecret({ account, call, id });
  const { principal, region } = call;
  const [action, refusal] = ["secretsmanager:GetSecretValue", "AccessDeniedException"];
  authorize(account, { principal, region, action, resources: () => [found?.arn ?? id], refusal });
  const versionId = found?.versions.find((version) => version.id === selector)?.id;
  const stage = versionId === undefined ? selector : undefined;
  const { secret, version } = inOtherWords(reference, () => readSecretVersion({ account, call, id, versionId, stage }));
  const value = "SecretString" in version.value ? version.value.SecretString : undefined;
  return {
    ARN: secret.arn,
    LastModifiedDate: version.created / 1000,
    Name: name,
    ...(selector !== undefined && { Selector: `:${selector}` }),
    SourceResult: JSON.stringify({
      ARN: secret.arn,
      name: secret.name,
      versionId: version.id,
      ...(value !== undefined && { secretString: value }),
      versionStages: version.stages,
      createdDate: new Date(version.created).toISOString(),
    }),
    Type: "SecureString",
    // Bytes are no text: AWS leaves the value out.
    ...(value !== undefined && { Value: value }),
    Version: 0,
  };
}

/** Reads, and says what goes wrong as Parameter Store says it. */
function inOtherWords<T>({ name, selector }: SecretReference, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (error.code === "ResourceNotFoundException") {
      // Without the slash, as AWS has it; the word `null` that it puts behind a name without a selector helps nobody.
      const what = `Secret ${name.slice(1)}${selector === undefined ? "" : `:${selector}`} not found.`;
      const why = `An error occurred (ParameterNotFound) when referencing Secrets Manager: ${what}`;
      throw new AwsError("ParameterNotFound", why);
    }
    if (error.code === "InvalidRequestException") {
      throw new AwsError("ValidationException", "Invalid Request to Secrets Manager");
    }
    throw error;
  }
}
