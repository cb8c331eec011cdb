// The runtime's states and what each of its calls means; names as in AWS's core (runtime_state_names.go).
import { performance } from "node:perf_hooks";
import type { Posted, RuntimeCalls, RuntimeEvent, Waiting } from "../apis/calls.ts";
import { invalidTransition, type Refusal } from "../apis/refusal.ts";

/** Where a runtime is. */
export type RuntimeStateName =
  | "Started"
  | "InitError"
  | "Ready"
  | "Running"
  | "InvocationResponse"
  | "InvocationErrorResponse"
  | "RuntimeResponseSentState";

/** What came of an invocation, as the runtime told it. */
export interface RuntimeOutcome {
  readonly payload: Buffer;
  /** Of the payload, where the runtime gave one. */
  readonly contentType?: string | undefined;
  readonly failed: boolean;
}

/** How far an invocation has come, for those that tell of it; times on the clock of `performance.now()`. */
export interface Progress {
  /** The runtime was given its event. */
  readonly given: number;
  /** First and last byte of its answer. */
  began?: number;
  answered?: number;
  /** It asked for the next event. */
  done?: number;
  producedBytes?: number;
  /** Of an error that the runtime posted, or that its answer is. */
  errorType?: string | undefined;
}

interface RuntimeStateOptions {
  /** Told after every change. */
  readonly onChange: () => void;
  readonly onOutcome: (outcome: RuntimeOutcome) => void;
  /** A response begins: gives what takes its chunks, where the caller wants them as they come. */
  readonly onStream?: RuntimeCalls["stream"] | undefined;
  /** `init/error`. */
  readonly onInitError: (posted: Posted) => void;
  /** A response that the platform itself turns into an error. */
  readonly onSpoilt: (errorType: string, errorMessage: string) => void;
}

/** The runtime of one generation. */
export class RuntimeState implements RuntimeCalls {
  state: RuntimeStateName = "Started";
  /** Of the latest invocation. */
  progress: Progress | undefined;
  private readonly options: RuntimeStateOptions;
  private current: { readonly requestId: string; readonly event: RuntimeEvent } | undefined;
  /** More than one where a client gave up on a long poll and started another, or polls twice. */
  private waiting: Waiting<RuntimeEvent>[] = [];

  constructor(options: RuntimeStateOptions) {
    this.options = options;
  }

  /** Hands the runtime its next event. */
  give(requestId: string, event: RuntimeEvent): void {
    this.current = { requestId, event };
    this.state = "Running";
    this.progress = { given: performance.now() };
    // A poll that its client has dropped would swallow the event.
    this.waiting = this.waiting.filter(({ open }) => open);
    this.waiting.shift()?.deliver(event);
  }

  /** The invocation is over: its id means nothing any more. */
  release(): void {
    this.current = undefined;
  }

  next(waiting: Waiting<RuntimeEvent>): Refusal | undefined {
    switch (this.state) {
      case "Running":
        // The same event again, at once: the runtime has been restarted, or has forgotten it.
        if (this.current) waiting.deliver(this.current.event);
        return undefined;
      case "Started":
      case "Ready":
      case "RuntimeResponseSentState":
        if (this.progress && this.state !== "Ready") this.progress.done = performance.now();
        this.state = "Ready";
        this.waiting.push(waiting);
        this.options.onChange();
        return undefined;
      default:
        return invalidTransition("runtime", this.state, "Ready");
    }
  }

  begin(requestId: string, kind: "response" | "error"): Refusal | undefined {
    // Before the state, which can't be taken back.
    if (this.current?.requestId !== requestId) {
      return { status: 400, errorType: "InvalidRequestID", errorMessage: "Invalid request ID" };
    }
    const to = kind === "response" ? "InvocationResponse" : "InvocationErrorResponse";
    if (this.state !== "Running") return invalidTransition("runtime", this.state, to);
    this.state = to;
    if (this.progress) this.progress.began = performance.now();
    return undefined;
  }

  stream(): ReturnType<RuntimeCalls["stream"]> {
    const take = this.options.onStream?.();
    const { progress } = this;
    if (!take || !progress) return take;
    progress.producedBytes = 0;
    return (chunk) => {
      progress.producedBytes = (progress.producedBytes ?? 0) + chunk.length;
      return take(chunk);
    };
  }

  respond({ body, contentType, errorType }: Posted): void {
    // Of a streamed response they have been counted already.
    this.answered(this.progress?.producedBytes ?? body.length, errorType);
    const failed = errorType !== undefined;
    // The error's own, behind a response that failed in the middle, is JSON.
    this.finish({ payload: body, ...(!failed && contentType !== undefined && { contentType }), failed });
  }

  failInvocation({ body, errorType }: Posted): void {
    this.answered(body.length, errorType);
    this.finish({ payload: body, failed: true });
  }

  spoil(errorType: string, errorMessage: string): void {
    // A wrong mode leaves the state where it is: the corrected second try is refused too, as on AWS.
    if (errorType !== "Runtime.InvalidResponseModeHeader") this.state = "RuntimeResponseSentState";
    this.answered(undefined, errorType);
    this.options.onSpoilt(errorType, errorMessage);
  }

  initError(posted: Posted): Refusal | undefined {
    if (this.state !== "Started") return invalidTransition("runtime", this.state, "InitError");
    this.state = "InitError";
    this.options.onInitError(posted);
    return undefined;
  }

  private answered(producedBytes: number | undefined, errorType: string | undefined): void {
    if (!this.progress) return;
    this.progress.answered = performance.now();
    this.progress.errorType = errorType;
    if (producedBytes !== undefined) this.progress.producedBytes = producedBytes;
  }

  private finish(outcome: RuntimeOutcome): void {
    this.state = "RuntimeResponseSentState";
    this.options.onOutcome(outcome);
  }
}
