// One environment of the pool: from its making over its invocations to its end.
import type { FunctionSnapshot, InvokeRequest, InvokeResult } from "../execution.ts";
import { within } from "../within.ts";
import type { BuiltEnvironment } from "./build-environment.ts";

interface PooledOptions {
  readonly snapshot: FunctionSnapshot;
  readonly idleMilliseconds: number;
  /** Told when it has become free, or is gone: somebody may be waiting for that. */
  onChange(): void;
}

/**
 * `finishing` is the time from the answer to the moment at which runtime and extensions are on next again: the caller may be back
 * sooner, and should find the same environment.
 */
type PooledState = "starting" | "running" | "finishing" | "idle" | "ending" | "gone";

/**
 * A caller that invokes again as soon as it has its answer finds the extensions still at work. On Lambda that is a cold start; here it would
 * be one for nearly every loop, so what is free within this time is waited for.
 */
export const patienceMilliseconds = 100;

const endingText = "The local endpoint is ending";

let uses = 0;

/** An environment that is used for one invocation after the other. */
export class PooledEnvironment {
  readonly snapshot: FunctionSnapshot;
  /** Resolves when it is gone; rejects where its end failed. */
  readonly gone: Promise<void>;
  /** Rises with every use, over all environments. */
  usedAt = 0;
  private readonly options: PooledOptions;
  private current: PooledState = "starting";
  private built: BuiltEnvironment | undefined;
  /** No invocation gets it any more. */
  private doomed = false;
  private interrupted = false;
  private over: Promise<void> = Promise.resolve();
  private idle: NodeJS.Timeout | undefined;
  private reportGone: (end: Promise<void>) => void = () => {};

  constructor(options: PooledOptions) {
    this.options = options;
    this.snapshot = options.snapshot;
    this.gone = new Promise((resolve) => {
      this.reportGone = resolve;
    });
    // Most ends are nobody's business.
    this.gone.catch(() => {});
  }

  get state(): PooledState {
    return this.current;
  }

  /** It is free when its reset is over. */
  get isResetting(): boolean {
    return this.current === "finishing" && this.built?.environment.resetting === true;
  }

  /** Whether an invocation gets it, now or when it is free. */
  get isUsable(): boolean {
    return !this.doomed;
  }

  /** In this machine's network, from which everything can be reached. */
  get isInMachineNetwork(): boolean {
    return this.built?.isInMachineNetwork ?? false;
  }

  /** Makes it; rejects where that is impossible, and it is gone then. */
  async start(create: () => Promise<BuiltEnvironment>): Promise<void> {
    try {
      this.built = await create();
    } catch (error) {
      this.forget(Promise.resolve());
      throw error;
    }
    if (this.interrupted) this.built.environment.interrupt(endingText);
  }

  /** Runs the function; resolves with the answer. */
  run(request: InvokeRequest): Promise<InvokeResult> {
    const { built } = this;
    if (!built) throw new Error("an environment that was not made cannot be used");
    clearTimeout(this.idle);
    this.usedAt = ++uses;
    this.current = "running";
    const { answer, over } = built.environment.invoke(request);
    this.over = over.then(() => this.rest());
    const answered = () => {
      if (this.current === "running") this.current = "finishing";
    };
    return answer.then(
      (result) => {
        answered();
        return result;
      },
      (error: unknown) => {
        answered();
        throw error;
      },
    );
  }

  /** Ends it, with a SHUTDOWN, as soon as nothing runs in it. */
  retire(): void {
    this.doomed = true;
    if (this.current === "idle") this.end();
  }

  /** Ends it where nothing runs in it, or will in a moment, for somebody who can't use it; tells whether it ends. */
  async makeRoom({ functionArn, version, revisionId }: FunctionSnapshot): Promise<boolean> {
    const { snapshot } = this;
    const another =
      snapshot.functionArn !== functionArn || snapshot.version !== version || snapshot.revisionId !== revisionId;
    if (another && this.current === "finishing") await within(this.over, patienceMilliseconds);
    if (another && this.current === "idle") this.retire();
    return this.current === "ending" || this.current === "gone";
  }

  /** Ends it now: what runs fails. */
  interrupt(): void {
    this.interrupted = true;
    this.built?.environment.interrupt(endingText);
    this.retire();
  }

  /** Made, and not to be used after all. */
  discard(): void {
    this.doomed = true;
    this.end();
  }

  private rest(): void {
    if (this.doomed) {
      this.end();
      return;
    }
    this.current = "idle";
    this.idle = setTimeout(() => this.retire(), this.options.idleMilliseconds);
    // An idle environment keeps nobody from ending: `close` is what ends it.
    this.idle.unref();
    this.options.onChange();
  }

  private end(): void {
    clearTimeout(this.idle);
    this.doomed = true;
    this.current = "ending";
    const end = this.built?.end() ?? Promise.resolve();
    const forget = () => this.forget(end);
    end.then(forget, forget);
  }

  private forget(end: Promise<void>): void {
    this.doomed = true;
    this.current = "gone";
    this.reportGone(end);
    this.options.onChange();
  }
}
