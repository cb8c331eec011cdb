// One attempt at an event: what came of it, in the words that the record of it needs.
import { LambdaExtError } from "../../../../model/errors.ts";
import type {
  EventResponse,
  FunctionDocument,
  FunctionVersion,
  QueuedEventDocument,
} from "../../../store/documents.ts";
import type { AccountState } from "../../account-state.ts";
import { executionError, machineLimit } from "../functions/execution-error.ts";
import { snapshotOf } from "../functions/snapshot.ts";
import { functionArn } from "../names.ts";

interface Attempted {
  readonly event: QueuedEventDocument;
  readonly document: FunctionDocument;
  readonly content: FunctionVersion;
}

/** What came of an attempt. */
export interface EventAttempt {
  /** Throttled: nothing was free for it, and it does not count. */
  readonly kind: "succeeded" | "failed" | "throttled";
  readonly response: EventResponse;
}

/** Runs the event once. What could not be run on this machine counts as a failure; AWS goes on trying for six hours. */
export async function attemptEvent(
  account: AccountState,
  { event, document, content }: Attempted,
): Promise<EventAttempt> {
  const { version: executedVersion } = content;
  try {
    const executor = await account.executor();
    const { payload, functionError } = await executor.invoke(snapshotOf(account.store.blobs, document, content), {
      // The same for all attempts, as on AWS.
      requestId: event.id,
      payload: Buffer.from(event.payload, "base64"),
      invokedFunctionArn: functionArn(event, event.functionName, event.qualifier),
      clientContext: event.clientContext,
      traceId: event.traceId,
    });
    account.throttled.release(event);
    const response = { statusCode: 200, executedVersion, functionError, payload: payload.toString("utf8") };
    return { kind: functionError === undefined ? "succeeded" : "failed", response };
  } catch (error) {
    const refusal = error instanceof LambdaExtError ? executionError(error) : undefined;
    const reason = refusal?.message ?? (error instanceof Error ? error.message : String(error));
    const response = { statusCode: refusal?.status ?? 500, refusal: reason };
    const limit = error instanceof LambdaExtError ? machineLimit(error) : undefined;
    if (limit !== undefined) account.warnSeldom(`An event waits for its turn: ${limit}`);
    if (refusal?.status === 429) return { kind: "throttled", response };
    account.throttled.release(event);
    // While the endpoint ends nothing can be run, and the event is kept.
    if (!account.closing.aborted) account.warn(`An event for ${event.functionName} could not be run: ${reason}`);
    return { kind: "failed", response };
  }
}
