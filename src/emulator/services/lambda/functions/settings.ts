// Reads what a caller wants a function to be, checked as Lambda checks it; creating and updating share it.
import { limits } from "../../../../model/limits.ts";
import type { FunctionVersion } from "../../../store/documents.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints, modelPattern } from "../../../wire/constraints.ts";
import type { Input } from "../../../wire/input.ts";
import { checkRuntime } from "../runtime-names.ts";
import { checkDeadLetterArn, targetArnPattern } from "./dead-letter.ts";
import { readEnvironment } from "./environment.ts";
import { type LoggingSettings, readLogging } from "./logging.ts";

/** The members that CreateFunction and UpdateFunctionConfiguration have in common; what was not sent is undefined. */
export interface FunctionSettings {
  readonly description: string | undefined;
  readonly runtime: string | undefined;
  readonly handler: string | undefined;
  readonly role: string | undefined;
  readonly memorySize: number | undefined;
  readonly timeout: number | undefined;
  readonly ephemeralStorage: number | undefined;
  readonly environment: Readonly<Record<string, string>> | undefined;
  readonly layers: readonly string[] | undefined;
  readonly tracingMode: FunctionVersion["tracingMode"] | undefined;
  readonly logGroup: string | undefined;
  readonly logging: LoggingSettings;
  /** Empty: none. */
  readonly deadLetterTargetArn: string | undefined;
}

const rolePattern = modelPattern("arn:(aws[a-zA-Z-]*)?:iam::\\d{12}:role/?[a-zA-Z_0-9+=,.@\\-_/]+");
const handlerPattern = modelPattern("[^\\s]+");
const logGroupPattern = modelPattern("[\\.\\-_/#A-Za-z0-9]+");

/** @throws AwsError for a value that Lambda refuses, and for a member that the local endpoint does not play. */
export function readSettings(input: Input): FunctionSettings {
  refuseUnplayed(input);
  const logging = input.inner("LoggingConfig");
  const settings = {
    description: input.text("Description"),
    runtime: input.text("Runtime"),
    handler: input.text("Handler"),
    role: input.text("Role"),
    memorySize: input.integer("MemorySize"),
    timeout: input.integer("Timeout"),
    ephemeralStorage: input.inner("EphemeralStorage").integer("Size"),
    layers: input.texts("Layers"),
    logGroup: logging.text("LogGroup"),
    deadLetterTargetArn: readDeadLetterArn(input),
  };
  const tracingMode = input.inner("TracingConfig").text("Mode");
  new Constraints()
    .length(settings.description, "description", [0, limits.descriptionCharacters])
    .length(settings.handler, "handler", [0, 128])
    .pattern(settings.handler || undefined, "handler", handlerPattern)
    .pattern(settings.role, "role", rolePattern)
    // The model allows more, for functions that are not the standard kind.
    .range(settings.memorySize, "memorySize", [128, 10_240])
    .range(settings.timeout, "timeout", [1, 900])
    .range(settings.ephemeralStorage, "ephemeralStorage.size", [512, 10_240])
    .oneOf(tracingMode, "tracingConfig.mode", ["Active", "PassThrough"])
    .length(settings.logGroup, "loggingConfig.logGroup", [1, 512])
    .pattern(settings.logGroup, "loggingConfig.logGroup", logGroupPattern)
    .pattern(settings.deadLetterTargetArn, "deadLetterConfig.targetArn", targetArnPattern)
    .done();
  if (settings.runtime !== undefined) checkRuntime(settings.runtime);
  if (settings.deadLetterTargetArn) checkDeadLetterArn(settings.deadLetterTargetArn);
  return {
    ...settings,
    tracingMode: tracingMode === undefined ? undefined : tracingMode === "Active" ? "Active" : "PassThrough",
    logging: readLogging(logging),
    environment: readEnvironment(input.inner("Environment").map("Variables")),
  };
}

/** `DeadLetterConfig` without a target asks for none, as an empty target does. */
function readDeadLetterArn(input: Input): string | undefined {
  return input.has("DeadLetterConfig") ? (input.inner("DeadLetterConfig").text("TargetArn") ?? "") : undefined;
}

/** Nothing is accepted and then ignored: what would have no effect here is refused, unless it asks for nothing. */
function refuseUnplayed(input: Input): void {
  const asked: Readonly<Record<string, boolean>> = {
    PackageType: (input.text("PackageType") ?? "Zip") !== "Zip",
    VpcConfig:
      (input.inner("VpcConfig").texts("SubnetIds") ?? []).length > 0 ||
      (input.inner("VpcConfig").texts("SecurityGroupIds") ?? []).length > 0,
    KMSKeyArn: Boolean(input.text("KMSKeyArn")),
    FileSystemConfigs: (input.list("FileSystemConfigs") ?? []).length > 0,
    ImageConfig: input.has("ImageConfig"),
    CodeSigningConfigArn: Boolean(input.text("CodeSigningConfigArn")),
    SnapStart: (input.inner("SnapStart").text("ApplyOn") ?? "None") !== "None",
    TenancyConfig: input.has("TenancyConfig"),
    CapacityProviderConfig: input.has("CapacityProviderConfig"),
    DurableConfig: input.has("DurableConfig"),
  };
  const unplayed = Object.keys(asked).filter((name) => asked[name]);
  if (unplayed.length === 0) return;
  const text = `The local endpoint does not play ${unplayed.join(", ")}.`;
  throw new AwsError("InvalidParameterValueException", text);
}
