// Events that found no free environment: each waits for its pause to end, or for an invocation that makes room for it.

/** Whose environments an event needs. */
export interface EventFunction {
  readonly region: string;
  readonly functionName: string;
}

interface Waiting {
  readonly of: EventFunction;
  readonly wake: (going: boolean) => void;
}

/** All of an account's, the oldest first. */
export class ThrottledEvents {
  private readonly waiting = new Set<Waiting>();
  private readonly closing: AbortSignal;

  constructor(closing: AbortSignal) {
    this.closing = closing;
    closing.addEventListener("abort", () => {
      for (const { wake } of this.waiting) wake(false);
    });
  }

  /** Waits so long, or until there is room; false where the endpoint is to end. */
  wait(of: EventFunction, milliseconds: number): Promise<boolean> {
    if (this.closing.aborted) return Promise.resolve(false);
    return new Promise((resolve) => {
      const wake = (going: boolean) => {
        clearTimeout(timer);
        this.waiting.delete(waiting);
        resolve(going);
      };
      const waiting = { of, wake };
      const timer = setTimeout(wake, Math.max(0, milliseconds), true);
      this.waiting.add(waiting);
    });
  }

  /** An invocation of this function has ended: the next in line may try, one of the same function before others. */
  release({ region, functionName }: EventFunction): void {
    if (this.waiting.size === 0) return;
    let next: Waiting | undefined;
    for (const waiting of this.waiting) {
      next ??= waiting;
      if (waiting.of.functionName !== functionName || waiting.of.region !== region) continue;
      next = waiting;
      break;
    }
    next?.wake(true);
  }
}
