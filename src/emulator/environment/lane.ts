// The way of one function version: its invocations, one after the other, through one environment.
//
// One environment at a time, because environments share this machine's network and extensions listen on fixed ports. A function that
// invokes itself and waits for the answer therefore waits for itself, until its own time-out ends it; on Lambda a second environment
// would answer.
import { toolError } from "../../model/errors.ts";
import type { FunctionSnapshot, InvokeRequest, InvokeResult } from "../execution.ts";
import type { Environment } from "./environment.ts";

interface LaneOptions {
  create(snapshot: FunctionSnapshot): Promise<{ readonly environment: Environment; end(): Promise<void> }>;
  readonly idleMilliseconds: number;
}

/** One function version's way. */
export class Lane {
  private readonly options: LaneOptions;
  private held: { readonly revisionId: string; readonly environment: Environment; end(): Promise<void> } | undefined;
  private queue: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private closed = false;
  private idle: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    this.options = options;
  }

  /** Whether nothing runs, waits or lives here. */
  get isEmpty(): boolean {
    return this.waiting === 0 && this.held === undefined;
  }

  /** Runs the function when it is its turn. */
  async invoke(snapshot: FunctionSnapshot, request: InvokeRequest): Promise<InvokeResult> {
    return new Promise<InvokeResult>((resolve, reject) => {
      void this.enqueue(async () => {
        try {
          if (this.closed) throw endingError();
          const environment = await this.environmentFor(snapshot);
          const { answer, over } = environment.invoke(request);
          answer.then(resolve, reject);
          await over;
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  /** Ends the environment, after the invocations that are under way. */
  end(): Promise<void> {
    return this.enqueue(() => this.drop());
  }

  /** Ends it now: what runs fails, what waits is refused. */
  close(): Promise<void> {
    this.closed = true;
    this.held?.environment.interrupt();
    return this.end();
  }

  private async environmentFor(snapshot: FunctionSnapshot): Promise<Environment> {
    // Code or configuration has changed: what runs is the old function.
    if (this.held && this.held.revisionId !== snapshot.revisionId) await this.drop();
    this.held ??= { revisionId: snapshot.revisionId, ...(await this.options.create(snapshot)) };
    // Closed meanwhile: nothing is to be started any more.
    if (this.closed) throw endingError();
    return this.held.environment;
  }

  private async drop(): Promise<void> {
    const { held } = this;
    this.held = undefined;
    await held?.end();
  }

  private enqueue(step: () => Promise<void>): Promise<void> {
    clearTimeout(this.idle);
    this.waiting++;
    const done = this.queue.then(step).finally(() => {
      this.waiting--;
      if (this.waiting === 0 && this.held) {
        // What fails then (a folder that can't be removed) concerns nobody any more.
        this.idle = setTimeout(() => void this.end().catch(() => {}), this.options.idleMilliseconds);
        // An idle environment keeps nobody from ending: `close` is what ends it.
        this.idle.unref();
      }
    });
    this.queue = done.catch(() => {});
    return done;
  }
}

function endingError(): Error {
  return toolError("The function was not run: the local endpoint is ending.", { code: "ServiceException" });
}
