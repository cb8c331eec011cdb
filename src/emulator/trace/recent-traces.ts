// The traces of the latest invocations, whether anybody will ask for them or not.
import type { InvocationTrace } from "../../model/invocation-trace.ts";
import type { FunctionSnapshot, InvokeRequest } from "../execution.ts";
import { readTrace } from "./read-trace.ts";
import { TraceRecorder } from "./recorder.ts";

/** So many are kept. */
const most = 100;

/** A reset takes 2 s where an extension ignores SHUTDOWN, and half a second before that where a listener hangs. */
const patienceMilliseconds = 3000;

/** Keeps them by request. */
export class RecentTraces {
  private readonly recorders = new Map<string, TraceRecorder>();

  /** Begins one; the oldest makes room. A second attempt at an event has the first one's id, and takes its place. */
  open({ functionName, version }: FunctionSnapshot, { requestId }: InvokeRequest): TraceRecorder {
    const recorder = new TraceRecorder({ requestId, functionName, version });
    this.recorders.delete(requestId);
    this.recorders.set(requestId, recorder);
    if (this.recorders.size > most) {
      for (const oldest of this.recorders.keys()) {
        this.recorders.delete(oldest);
        break;
      }
    }
    return recorder;
  }

  /** Of an invocation that no environment has taken: those that wait in a queue and are refused again and again would drive out the others. */
  forget(recorder: TraceRecorder): void {
    recorder.refuse();
    if (this.recorders.get(recorder.requestId) === recorder) this.recorders.delete(recorder.requestId);
  }

  /** The trace of an invocation, as soon as that is over and frozen, or as far as it has come after a while; undefined for a strange one. */
  async find(requestId: string, patience: number = patienceMilliseconds): Promise<InvocationTrace | undefined> {
    const recorder = this.recorders.get(requestId);
    await recorder?.over(patience);
    return recorder && readTrace(recorder);
  }
}
