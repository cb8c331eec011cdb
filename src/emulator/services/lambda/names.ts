// Names and ARNs of functions and layers, in all the forms in which callers may give them.
import { parseArn } from "../../../model/arn.ts";
import { accountId } from "../../account.ts";
import { AwsError } from "../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../wire/constraints.ts";
import { type Call, regionalArn } from "../call.ts";

// Patterns and limits: botocore 1.44.5's service model; those of function names as AWS's own recorded refusals print them.
const region = "((eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:)?";
const anyFunction = modelPattern(
  `(arn:(aws[a-zA-Z-]*)?:lambda:)?${region}(\\d{12}:)?(function:)?([a-zA-Z0-9-_\\.]+)(:(\\$LATEST(\\.PUBLISHED)?|[a-zA-Z0-9-_]+))?`,
);
const newFunction = modelPattern(
  `(arn:(aws[a-zA-Z-]*)?:lambda:)?${region}(\\d{12}:)?(function:)?([a-zA-Z0-9-_]+)(:(\\$LATEST|[a-zA-Z0-9-_]+))?`,
);
const qualifierPattern = modelPattern("\\$(LATEST(\\.PUBLISHED)?)|[a-zA-Z0-9-_$]+");
const layerArn =
  "arn:(aws[a-zA-Z-]*)?:lambda:(eusc-)?[a-z]{2}((-gov)|(-iso([a-z]?)))?-[a-z]+-\\d{1}:\\d{12}:layer:[a-zA-Z0-9-_]+";
const layerName = modelPattern(`(${layerArn})|[a-zA-Z0-9-_]+`);

/** What a layer version's ARN must look like. */
export const layerVersionArnPattern = modelPattern(
  `(${layerArn}:[0-9]+)|(arn:[a-zA-Z0-9-]+:lambda:::awslayer:[a-zA-Z0-9-_]+)`,
);

/** A function as a caller named it. */
export interface FunctionName {
  readonly name: string;
  /** undefined for the function as such. */
  readonly qualifier: string | undefined;
}

/** The ARN of a function in the call's region. */
export function functionArn(call: Pick<Call, "region">, name: string, qualifier?: string): string {
  return regionalArn(call, "lambda", `function:${name}${qualifier === undefined ? "" : `:${qualifier}`}`);
}

/**
 * Reads a name, a partial or a whole ARN, with or without a qualifier in it or beside it.
 * @throws AwsError where it is none, or one of another region or account.
 */
export function readFunctionName(call: Pick<Call, "region">, text: string, beside?: string): FunctionName {
  new Constraints()
    .length(beside, "qualifier", [1, 128])
    .pattern(beside, "qualifier", qualifierPattern)
    .pattern(text, "functionName", anyFunction)
    .done();
  const { name, qualifier } = split(call, text);
  if (qualifier !== undefined && beside !== undefined && qualifier !== beside) {
    throw new AwsError(
      "InvalidParameterValueException",
      "The derived qualifier from the function name does not match the specified qualifier.",
    );
  }
  return { name, qualifier: beside ?? qualifier };
}

/** Reads the name of a function that is to be made. */
export function readNewFunctionName(call: Pick<Call, "region">, text: string | undefined): string {
  new Constraints().required(text, "functionName").done();
  new Constraints().length(text, "functionName", [1, 140]).pattern(text, "functionName", newFunction).done();
  const { name } = split(call, text ?? "");
  if (name.length > 64) {
    throw new AwsError(
      "InvalidParameterValueException",
      `1 validation error detected: Value '${name}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
    );
  }
  return name;
}

function split(call: Pick<Call, "region">, text: string): FunctionName {
  const match =
    /^(?:arn:[^:]*:lambda:)?(?:([a-z]{2,4}-[a-z-]+-\d):)?(?:(\d{12}):)?(?:function:)?([^:]+)(?::([^:]+))?$/.exec(text);
  const [, givenRegion, givenAccount, name = text, qualifier] = match ?? [];
  if (givenRegion !== undefined && givenRegion !== call.region) {
    throw new AwsError(
      "ResourceNotFoundException",
      `Functions from '${givenRegion}' are not reachable in this region ('${call.region}')`,
      { status: 404, style: "user-capital" },
    );
  }
  if (givenAccount !== undefined && givenAccount !== accountId) {
    throw new AwsError("ResourceNotFoundException", `Function not found: ${text}`, {
      status: 404,
      style: "user-capital",
    });
  }
  return { name, qualifier };
}

/** The ARN of a layer, or of one of its versions, in the call's region. */
export function layerArnOf(call: Pick<Call, "region">, name: string, version?: number): string {
  return regionalArn(call, "lambda", `layer:${name}${version === undefined ? "" : `:${version}`}`);
}

/** Reads a layer's name, which may be its ARN. A layer of another account or region is as good as none here. */
export function readLayerName(call: Pick<Call, "region">, text: string): string {
  new Constraints().length(text, "layerName", [1, 140]).pattern(text, "layerName", layerName).done();
  const arn = parseArn(text);
  if (!arn) return text;
  if (arn.region !== call.region || arn.account !== accountId) {
    throw new AwsError(
      "AccessDeniedException",
      `User is not authorized to perform this operation on resource: ${text}`,
      {
        status: 403,
        style: "bare",
      },
    );
  }
  return arn.resource.replace("layer:", "");
}

/** Reads a version number of the path. */
export function readLayerVersion(text: string | undefined): number {
  const version = Number(text);
  if (!Number.isSafeInteger(version)) {
    throw new AwsError("SerializationException", "The version number must be an integer.", { style: "bare" });
  }
  if (version < 1) throw new AwsError("InvalidParameterValueException", "Layer Version Cannot be less than 1");
  return version;
}
