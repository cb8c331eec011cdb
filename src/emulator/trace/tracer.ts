// An environment's way to the trace of the invocation that it is working for: between invocations there is none, and nothing is noted.
import type { TraceRecorder } from "./recorder.ts";

/** Points at one recorder at a time. */
export class Tracer {
  private recorder: TraceRecorder | undefined;

  /** Of the present invocation. */
  get current(): TraceRecorder | undefined {
    return this.recorder;
  }

  /** An invocation begins; the one before it is over, frozen or not. */
  begin(recorder: TraceRecorder | undefined): void {
    this.finish();
    this.recorder = recorder;
  }

  /** The invocation is over, with all that comes after it. */
  finish(): void {
    this.recorder?.finish();
    this.recorder = undefined;
  }
}
