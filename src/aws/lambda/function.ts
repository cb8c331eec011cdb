// A function as Lambda describes it, in our words.
import type { FunctionConfiguration } from "@aws-sdk/client-lambda";
import { required } from "../call.ts";
import type { Purpose } from "../errors.ts";

/** A function's configuration and state. */
export interface LambdaFunction {
  readonly name: string;
  readonly arn: string;
  readonly region: string;
  readonly version: string;
  /** Absent for functions from images. */
  readonly runtime: string | undefined;
  readonly handler: string | undefined;
  readonly role: string;
  readonly architectures: readonly string[];
  readonly description: string;
  /** Bytes. */
  readonly codeSize: number;
  /** Base64. */
  readonly codeSha256: string;
  /** Seconds. */
  readonly timeout: number;
  /** Megabytes. */
  readonly memorySize: number;
  /** ARNs of layer versions, in their order. */
  readonly layers: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  /** Why the variables could not be read (their key cannot be used); then `variables` is empty and must not be written back. */
  readonly variablesError: string | undefined;
  readonly packageType: string;
  readonly state: string;
  readonly stateReason: string | undefined;
  readonly lastUpdateStatus: string;
  readonly lastUpdateStatusReason: string | undefined;
  readonly lastModified: string | undefined;
  /** Changes with every change; absent where the endpoint has none. */
  readonly revisionId: string | undefined;
  readonly logGroup: string;
  /** `Text` or `JSON`. */
  readonly logFormat: string;
  /** Of the JSON format alone. */
  readonly applicationLogLevel: string | undefined;
  readonly systemLogLevel: string | undefined;
  /** ARN of the queue or topic for events that could not be processed. */
  readonly deadLetterTarget?: string | undefined;
  /** Invocations at a time; known only where the function was asked for by itself, and absent where none are reserved. */
  readonly reservedConcurrency?: number | undefined;
}

/** Reads AWS's shape. */
export function functionFrom(shape: FunctionConfiguration, purpose: Purpose): LambdaFunction {
  const name = required(shape.FunctionName, purpose);
  return {
    name,
    arn: required(shape.FunctionArn, purpose),
    region: purpose.region,
    version: shape.Version ?? "$LATEST",
    runtime: shape.Runtime,
    handler: shape.Handler,
    role: shape.Role ?? "",
    architectures: shape.Architectures ?? ["x86_64"],
    description: shape.Description ?? "",
    codeSize: shape.CodeSize ?? 0,
    codeSha256: shape.CodeSha256 ?? "",
    timeout: shape.Timeout ?? 3,
    memorySize: shape.MemorySize ?? 128,
    layers: (shape.Layers ?? []).flatMap(({ Arn }) => Arn ?? []),
    variables: shape.Environment?.Variables ?? {},
    variablesError: shape.Environment?.Error?.Message,
    packageType: shape.PackageType ?? "Zip",
    state: shape.State ?? "Active",
    stateReason: shape.StateReason,
    lastUpdateStatus: shape.LastUpdateStatus ?? "Successful",
    lastUpdateStatusReason: shape.LastUpdateStatusReason,
    lastModified: shape.LastModified,
    revisionId: shape.RevisionId,
    logGroup: shape.LoggingConfig?.LogGroup ?? `/aws/lambda/${name}`,
    logFormat: shape.LoggingConfig?.LogFormat ?? "Text",
    applicationLogLevel: shape.LoggingConfig?.ApplicationLogLevel,
    systemLogLevel: shape.LoggingConfig?.SystemLogLevel,
    deadLetterTarget: shape.DeadLetterConfig?.TargetArn || undefined,
  };
}
