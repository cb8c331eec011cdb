// A function as documents and people see it; the values of its variables are nobody's to see.
import type { LambdaFunction } from "../aws/lambda/function.ts";
import { hideValues } from "../functions/environment.ts";

/** AWS's own members, trimmed. */
export function functionDocument(shown: LambdaFunction): object {
  return {
    functionName: shown.name,
    functionArn: shown.arn,
    version: shown.version,
    runtime: shown.runtime,
    handler: shown.handler,
    role: shown.role,
    architectures: shown.architectures,
    description: shown.description,
    codeSize: shown.codeSize,
    codeSha256: shown.codeSha256,
    timeout: shown.timeout,
    memorySize: shown.memorySize,
    layers: shown.layers,
    environment: { variables: hideValues(shown.variables) },
    packageType: shown.packageType,
    state: shown.state,
    stateReason: shown.stateReason,
    lastUpdateStatus: shown.lastUpdateStatus,
    lastUpdateStatusReason: shown.lastUpdateStatusReason,
    lastModified: shown.lastModified,
    revisionId: shown.revisionId,
    logGroup: shown.logGroup,
    logFormat: shown.logFormat,
    applicationLogLevel: shown.applicationLogLevel,
    systemLogLevel: shown.systemLogLevel,
    deadLetterTarget: shown.deadLetterTarget,
    reservedConcurrency: shown.reservedConcurrency,
  };
}

/** The same as lines of text. */
export function functionText(shown: LambdaFunction): string {
  const variables = Object.entries(hideValues(shown.variables)).map(([name, value]) => `${name}=${value}`);
  const rows: (readonly [string, readonly string[]])[] = [
    ["name", [shown.name]],
    ["arn", [shown.arn]],
    ["state", [withReason(shown.state, shown.stateReason)]],
    ["last update", [withReason(shown.lastUpdateStatus, shown.lastUpdateStatusReason)]],
    ["runtime", [[shown.runtime ?? shown.packageType, ...shown.architectures].join(", ")]],
    ["handler", shown.handler === undefined ? [] : [shown.handler]],
    ["role", [shown.role]],
    ["memory", [`${shown.memorySize} MB`]],
    ["timeout", [`${shown.timeout} s`]],
    ["code", [`${shown.codeSize} bytes, sha256 ${shown.codeSha256}`]],
    ["layers", shown.layers],
    ["variables", shown.variablesError === undefined ? variables : [`(cannot be read: ${shown.variablesError})`]],
    ["log group", [shown.logGroup]],
    ["log format", [logFormatText(shown)]],
    ["concurrency", shown.reservedConcurrency === undefined ? [] : [`${shown.reservedConcurrency} reserved`]],
    ["dead letter", shown.deadLetterTarget === undefined ? [] : [shown.deadLetterTarget]],
    ["version", [shown.version]],
    ["modified", shown.lastModified === undefined ? [] : [shown.lastModified]],
  ];
  return rows
    .flatMap(([label, values]) => values.map((value, index) => `${(index === 0 ? label : "").padEnd(12)}${value}`))
    .join("\n");
}

function logFormatText({ logFormat, applicationLogLevel, systemLogLevel }: LambdaFunction): string {
  if (applicationLogLevel === undefined) return logFormat;
  return `${logFormat}, the function from ${applicationLogLevel} on, Lambda from ${systemLogLevel} on`;
}

function withReason(state: string, reason: string | undefined): string {
  return reason ? `${state}: ${reason}` : state;
}
