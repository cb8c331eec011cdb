// Parameters: their names in all forms, and how answers show them.
import { parseArn } from "../../../model/arn.ts";
import { accountId } from "../../account.ts";
import type { ParameterDocument } from "../../store/documents.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { AccountState } from "../account-state.ts";
import { type Call, regionalArn } from "../call.ts";
import { readSecretReference } from "./secret-reference.ts";

/** A parameter as a caller named it: name or ARN, with `:version` behind it or not. */
export interface ParameterReference {
  readonly name: string;
  readonly version: number | undefined;
  /** The text as it came, with its selector. */
  readonly selector: string | undefined;
}

type KeptVersion = ParameterDocument["versions"][number];

/** A parameter's ARN: a name that begins with a slash brings its own. */
export function parameterArn(call: Pick<Call, "region">, name: string): string {
  return regionalArn(call, "ssm", `parameter${name.startsWith("/") ? "" : "/"}${name}`);
}

/** Reads a name or an ARN. @throws AwsError ValidationException for what is neither. */
export function readReference(call: Pick<Call, "region">, text: string): ParameterReference {
  const arn = parseArn(text);
  let rest = text;
  if (arn) {
    if (arn.service !== "ssm" || !arn.resource.startsWith("parameter/")) throw invalidName(text);
    if (arn.region !== call.region || arn.account !== accountId) throw parameterNotFound();
    const path = arn.resource.slice("parameter".length);
    // `parameter/name` stands for `name` and for `/name`; only paths keep their first slash.
    rest = path.indexOf("/", 1) > 0 ? path : path.slice(1);
  }
  const [name = "", selector, ...more] = rest.split(":");
  if (more.length > 0 || !/^[a-zA-Z0-9_.\-/]+$/.test(name)) throw invalidName(text);
  if (selector === undefined) return { name, version: undefined, selector: undefined };
  // Labels cannot be given here, so none is found.
  if (!/^\d+$/.test(selector))
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${selector} of ${name}. Verify the version and try again.`,
    );
  return { name, version: Number(selector), selector: `:${selector}` };
}

/** The parameter and its version; undefined where there is none. An ARN of a short name may mean either form of it. */
export function findParameter(account: AccountState, call: Pick<Call, "region">, reference: ParameterReference) {
  const { parameters } = account.store;
  const { name, version } = reference;
  const document =
    parameters.get(call.region, name) ?? parameters.get(call.region, name.startsWith("/") ? name.slice(1) : `/${name}`);
  if (!document) return undefined;
  const kept =
    version === undefined ? document.versions.at(-1) : document.versions.find((one) => one.version === version);
  if (!kept)
    throw new AwsError(
      "ParameterVersionNotFound",
      `Systems Manager could not find version ${version} of ${name}. Verify the version and try again.`,
    );
  return { document, kept };
}

interface Shown {
  readonly document: ParameterDocument;
  readonly kept: KeptVersion;
  readonly selector?: string | undefined;
  readonly decrypt: boolean;
}

/** A parameter as answers show it. */
export function parameterJson({ document, kept, selector, decrypt }: Shown): Record<string, unknown> {
  const secret = document.type === "SecureString" && !decrypt;
  return {
    ARN: parameterArn(document, document.name),
    DataType: document.dataType,
    LastModifiedDate: kept.lastModified / 1000,
    Name: document.name,
    ...(selector !== undefined && { Selector: selector }),
    Type: document.type,
    // Not the ciphertext that KMS would make, but as useless to whoever may not decrypt.
    Value: secret ? Buffer.from(`encrypted:${document.name}:${kept.version}`).toString("base64") : kept.value,
    Version: kept.version,
  };
}

/** SSM says nothing more. */
export function parameterNotFound(): AwsError {
  return new AwsError("ParameterNotFound", "");
}

function invalidName(text: string): AwsError {
  return new AwsError(
    "ValidationException",
    `Invalid parameter name. Please use correct syntax for referencing a version/label <name>:<version/label>, or an ARN of a parameter: ${text}`,
  );
}

/** For an operation's `resources`: the ARN of what was named, as a policy would name it. */
export function parameterResources(call: Pick<Call, "region">, names: readonly string[]): readonly string[] {
  return names.map((name) => parameterArn(call, (readSecretReference(name) ?? readReference(call, name)).name));
}
