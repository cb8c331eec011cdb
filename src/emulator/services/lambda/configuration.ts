// A function's configuration as Lambda's answers show it.
import type { FunctionDocument, FunctionVersion } from "../../store/documents.ts";
import { shownLogging } from "./functions/logging.ts";
import { functionArn } from "./names.ts";
import type { Transition } from "./settling.ts";

interface View {
  readonly document: FunctionDocument;
  readonly content: FunctionVersion;
  /** Whether the ARN ends with the qualifier, as in lists of versions and answers to qualified calls. */
  readonly qualified: boolean;
  /** As the call gave it, which may be an alias; the version without. */
  readonly qualifier?: string | undefined;
  readonly transition?: Transition | undefined;
}

const creating = { reason: "The function is being created.", code: "Creating" };

/** Members in the order and with the absences of recorded answers. */
export function configurationOf(view: View): Record<string, unknown> {
  return { ...settledPart(view), ...statePart(view) };
}

/** As lists have it: without states. */
export function listedConfiguration(view: View): Record<string, unknown> {
  return settledPart(view);
}

function settledPart({ document, content, qualified, qualifier, transition }: View): Record<string, unknown> {
  const latest = content.version === "$LATEST";
  return {
    FunctionName: document.functionName,
    FunctionArn: functionArn(document, document.functionName, qualified ? (qualifier ?? content.version) : undefined),
    Runtime: content.runtime,
    Role: content.role,
    Handler: content.handler,
    CodeSize: content.codeSize,
    Description: content.description,
    Timeout: content.timeout,
    MemorySize: content.memorySize,
    LastModified: content.lastModified,
    CodeSha256: content.codeSha256,
    Version: content.version,
    ...(content.environment && { Environment: { Variables: content.environment } }),
    ...(content.deadLetterTargetArn !== undefined && { DeadLetterConfig: { TargetArn: content.deadLetterTargetArn } }),
    TracingConfig: { Mode: content.tracingMode },
    RevisionId: (latest ? transition?.revisionId : undefined) ?? content.revisionId,
    ...(content.layers.length > 0 && {
      Layers: content.layers.map(({ arn, codeSize }) => ({ Arn: arn, CodeSize: codeSize })),
    }),
    PackageType: "Zip",
    Architectures: [content.architecture],
    EphemeralStorage: { Size: content.ephemeralStorage },
    SnapStart: { ApplyOn: "None", OptimizationStatus: "Off" },
    LoggingConfig: { ...shownLogging(content.jsonLogging), LogGroup: content.logGroup },
  };
}

function statePart({ content, transition }: View): Record<string, unknown> {
  if (transition?.kind === "creating") {
    return { State: "Pending", StateReason: creating.reason, StateReasonCode: creating.code };
  }
  if (transition?.kind === "updating" && content.version === "$LATEST") {
    return {
      State: "Active",
      LastUpdateStatus: "InProgress",
      LastUpdateStatusReason: creating.reason,
      LastUpdateStatusReasonCode: creating.code,
    };
  }
  return { State: "Active", LastUpdateStatus: "Successful" };
}
