// Aliases: named by a call, read from a body, and shown as Lambda's answers show them.
import type { FunctionAlias, FunctionDocument } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../../wire/constraints.ts";
import type { Input } from "../../../wire/input.ts";
import type { AccountState } from "../../account-state.ts";
import type { RestCall } from "../../rest-service.ts";
import { aliasOf, findUnqualified, functionNotFound, versionOf } from "../find-function.ts";
import { functionArn } from "../names.ts";

// Patterns and limits: botocore 1.44.5's service model. Refusals: AWS's own, as recorded.
const namePattern = modelPattern("(?!^[0-9]+$)([a-zA-Z0-9-_]+)");
const versionPattern = modelPattern("(\\$LATEST(\\.PUBLISHED)?|[0-9]+)");
const secondPattern = /^[0-9]+$/;

/** Checks an alias's name, of the path or of a body. */
export function checkName(constraints: Constraints, name: string | undefined): Constraints {
  return constraints.length(name, "name", [1, 128]).pattern(name, "name", namePattern);
}

/** Checks a version's number, or `$LATEST`. */
export function checkVersion(constraints: Constraints, version: string | undefined): Constraints {
  return constraints.length(version, "functionVersion", [1, 1024]).pattern(version, "functionVersion", versionPattern);
}

/** The function and the alias that the path names; `missing` begins the refusal where there is no such alias. */
export function findAlias(
  account: AccountState,
  call: RestCall,
  missing: string,
): { readonly document: FunctionDocument; readonly name: string; readonly alias: FunctionAlias } {
  const name = call.path.Name ?? "";
  checkName(new Constraints(), name).done();
  const { document } = findUnqualified(account, call);
  const alias = aliasOf(document, name);
  if (alias) return { document, name, alias };
  throw new AwsError("ResourceNotFoundException", `${missing}: ${functionArn(call, document.functionName, name)}`, {
    status: 404,
    style: "user-capital",
  });
}

/** What a body says about an alias; a member that was not sent is undefined. */
export interface AliasInput {
  readonly functionVersion: string | undefined;
  readonly description: string | undefined;
  /** null where the second version is to go. */
  readonly second: FunctionAlias["second"] | null | undefined;
  readonly revisionId: string | undefined;
}

/** @throws AwsError where a member violates the service model. */
export function readAliasInput(input: Input): AliasInput {
  const functionVersion = input.text("FunctionVersion");
  const description = input.text("Description");
  const constraints = checkVersion(new Constraints(), functionVersion).length(description, "description", [0, 256]);
  const second = readSecond(input, constraints);
  return { functionVersion, description, second, revisionId: input.text("RevisionId") };
}

function readSecond(input: Input, constraints: Constraints): AliasInput["second"] {
  const weights = Object.entries(input.inner("RoutingConfig").numbers("AdditionalVersionWeights") ?? {});
  const at = "routingConfig.additionalVersionWeights";
  // As Java prints a map of doubles.
  const shown = `'{${weights.map(([version, weight]) => `${version}=${double(weight)}`).join(", ")}}'`;
  if (weights.some(([, weight]) => !(weight >= 0 && weight <= 1))) {
    constraints.add(
      shown,
      at,
      "Map value must satisfy constraint: [Member must have value less than or equal to 1.0, Member must have value greater than or equal to 0.0, Member must not be null]",
    );
  }
  if (weights.some(([version]) => !secondPattern.test(version) || version.length > 1024)) {
    constraints.add(
      shown,
      at,
      "Map keys must satisfy constraint: [Member must have length less than or equal to 1024, Member must have length greater than or equal to 1, Member must satisfy regular expression pattern: [0-9]+]",
    );
  }
  constraints.done();
  if (weights.length > 1) {
    throw new AwsError(
      "InvalidParameterValueException",
      "Number of items in AdditionalVersionWeights cannot be greater than 1",
    );
  }
  const [only] = weights;
  if (only) return { version: only[0], weight: only[1] };
  return input.has("RoutingConfig") ? null : undefined;
}

function double(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** @throws AwsError where an alias would lead to what is not there, twice to the same, or partly to `$LATEST`. */
export function checkTargets(account: AccountState, document: FunctionDocument, alias: FunctionAlias): void {
  const { functionVersion, second } = alias;
  for (const version of [functionVersion, ...(second ? [second.version] : [])]) {
    if (versionOf(account, document, version)) continue;
    throw functionNotFound(document, document.functionName, version);
  }
  if (!second) return;
  if (functionVersion === "$LATEST") {
    const text = "$LATEST is not supported for an alias pointing to more than 1 version";
    throw new AwsError("InvalidParameterValueException", text, { style: "bare" });
  }
  if (second.version === functionVersion) {
    throw new AwsError(
      "InvalidParameterValueException",
      `Invalid function version ${functionVersion}. Function version ${functionVersion} is already included in routing configuration.`,
    );
  }
}

/** As Lambda's answers show it. */
export function shownAlias(document: FunctionDocument, name: string, alias: FunctionAlias): Record<string, unknown> {
  const { functionVersion, description, second, revisionId } = alias;
  return {
    AliasArn: functionArn(document, document.functionName, name),
    Name: name,
    FunctionVersion: functionVersion,
    Description: description,
    ...(second && { RoutingConfig: { AdditionalVersionWeights: { [second.version]: second.weight } } }),
    RevisionId: revisionId,
  };
}
