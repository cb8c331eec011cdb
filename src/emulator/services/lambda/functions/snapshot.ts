// A version of a function as the execution side needs it, made once for each version.
import { accountId } from "../../../account.ts";
import type { FunctionSnapshot } from "../../../execution.ts";
import type { Blobs } from "../../../store/blobs.ts";
import type { FunctionDocument, FunctionVersion } from "../../../store/documents.ts";
import { functionArn } from "../names.ts";

/** Versions are never changed, only replaced: the object itself is the key. */
const snapshots = new WeakMap<FunctionVersion, FunctionSnapshot>();

/** The snapshot of a version, with the function's own reserved concurrency as it is now. */
export function snapshotOf(blobs: Blobs, document: FunctionDocument, content: FunctionVersion): FunctionSnapshot {
  const snapshot = versionSnapshot(blobs, document, content);
  const { reservedConcurrency } = document;
  return reservedConcurrency === undefined ? snapshot : { ...snapshot, reservedConcurrency };
}

function versionSnapshot(blobs: Blobs, document: FunctionDocument, content: FunctionVersion): FunctionSnapshot {
  const known = snapshots.get(content);
  if (known) return known;
  const { region, functionName } = document;
  const arn = functionArn(document, functionName);
  const { version, runtime, handler, architecture, memorySize, timeout, ephemeralStorage, logGroup, revisionId } =
    content;
  const snapshot: FunctionSnapshot = {
    functionName,
    functionArn: arn,
    version,
    region,
    accountId,
    runtime,
    handler,
    architecture,
    memorySize,
    timeout,
    ephemeralStorage,
    roleArn: content.role,
    environment: content.environment ?? {},
    code: { arn, zip: blobs.path(content.codeSha256), codeSha256: content.codeSha256 },
    layers: content.layers.map(({ arn: layer, codeSha256 }) => ({
      arn: layer,
      zip: blobs.path(codeSha256),
      codeSha256,
    })),
    logGroup,
    jsonLogging: content.jsonLogging,
    revisionId,
  };
  snapshots.set(content, snapshot);
  return snapshot;
}
