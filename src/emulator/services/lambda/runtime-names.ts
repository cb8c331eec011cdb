// Runtimes as Lambda accepts them, leniently: AWS adds some more often than we release.
import { runtimes } from "../../../model/runtimes.ts";
import { AwsError } from "../../wire/aws-error.ts";
import type { Constraints } from "../../wire/constraints.ts";

/** What a layer's runtimes look like, those that are not in our list too. */
const runtimeShape = /^(nodejs|python|java|dotnet|dotnetcore|ruby|go|provided)[0-9]*([.][0-9a-z]+)*$/;

/** What a function's runtime looks like: the families that are run here, with a version. */
const functionShape =
  /^(nodejs[0-9]+[.]x|python[0-9]+[.][0-9]+|java[0-9]+([.]al[0-9]+)?|dotnet[0-9]+|ruby[0-9]+[.][0-9]+|provided[.]al[0-9]+)$/;

/** No longer accepted for functions, as AWS's recorded refusals say; layers may go on naming them. */
const retired =
  /^(nodejs(4|6|8|10|12|14)?([.].*)?|nodejs|python(2[.]7|3[.][67])|java8|dotnetcore.*|ruby2[.].*|go1[.]x|provided)$/;

const supported = runtimes.map(({ name }) => name).filter((name) => !retired.test(name));

/** Checks the list of a layer. */
export function checkRuntimeNames(constraints: Constraints, names: readonly string[]): void {
  if (names.every((name) => runtimeShape.test(name))) return;
  const wanted = `Member must satisfy enum value set: [${supported.join(", ")}]`;
  constraints.add(`'[${names.join(", ")}]'`, "compatibleRuntimes", wanted);
}

/** Checks one that lists are to be filtered by. */
export function checkRuntimeFilter(constraints: Constraints, name: string | undefined): void {
  if (name === undefined || runtimeShape.test(name)) return;
  const wanted = `Member must satisfy enum value set: [${runtimes.map((runtime) => runtime.name).join(", ")}]`;
  constraints.add(`'${name}'`, "compatibleRuntime", wanted);
}

/** Checks a function's. @throws AwsError in AWS's words. */
export function checkRuntime(name: string): void {
  if (retired.test(name)) {
    throw new AwsError(
      "InvalidParameterValueException",
      `The runtime parameter of ${name} is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.`,
    );
  }
  if (functionShape.test(name)) return;
  throw new AwsError(
    "InvalidParameterValueException",
    `Value ${name} at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: [${supported.join(", ")}] or be a valid ARN`,
  );
}
