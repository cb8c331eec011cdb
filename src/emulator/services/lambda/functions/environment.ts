// The variables of a function, with Lambda's limits on them.
import { limits } from "../../../../model/limits.ts";
import { AwsError } from "../../../wire/aws-error.ts";
import { Constraints } from "../../../wire/constraints.ts";

/** Set by Lambda itself: the developer guide's list of what cannot be set. */
const reserved = new Set([
  "_HANDLER",
  "_X_AMZN_TRACE_ID",
  "AWS_DEFAULT_REGION",
  "AWS_REGION",
  "AWS_EXECUTION_ENV",
  "AWS_LAMBDA_FUNCTION_NAME",
  "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
  "AWS_LAMBDA_FUNCTION_VERSION",
  "AWS_LAMBDA_INITIALIZATION_TYPE",
  "AWS_LAMBDA_LOG_GROUP_NAME",
  "AWS_LAMBDA_LOG_STREAM_NAME",
  "AWS_ACCESS_KEY",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_LAMBDA_RUNTIME_API",
  "LAMBDA_TASK_ROOT",
  "LAMBDA_RUNTIME_DIR",
]);

const prefix =
  "Lambda was unable to configure your environment variables because the environment variables you have provided";

/** Checks variables. @throws AwsError; unlike AWS's, its text never repeats a value, which may be a secret. */
export function readEnvironment(
  variables: Readonly<Record<string, string>> | undefined,
): Readonly<Record<string, string>> | undefined {
  if (!variables) return undefined;
  const names = Object.keys(variables);
  if (names.some((name) => !/^[a-zA-Z]([a-zA-Z0-9_])+$/.test(name) && !reserved.has(name))) {
    const wanted =
      "Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+]";
    new Constraints().add(`'{${names.join(", ")}}'`, "environment.variables", wanted).done();
  }
  const taken = names.filter((name) => reserved.has(name));
  if (taken.length > 0) {
    const text = `${prefix} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${taken.join(", ")}`;
    throw new AwsError("InvalidParameterValueException", text);
  }
  if (Buffer.byteLength(JSON.stringify(variables)) > limits.environmentBytes) {
    throw new AwsError("InvalidParameterValueException", `${prefix} exceeded the 4KB limit.`);
  }
  return variables;
}
