// Starts the execution side when the first function is run: publishing and the rest don't wait for it.
import { toolError } from "../model/errors.ts";
import type { InvocationTrace } from "../model/invocation-trace.ts";
import type { ExecutionHost, Executor } from "./execution.ts";
import { type ChosenSettings, completeSettings } from "./settings.ts";

interface ExecutorOptions extends ChosenSettings {
  readonly env: NodeJS.ProcessEnv;
  readonly createExecutor?: ((host: ExecutionHost) => Promise<Executor>) | undefined;
}

/** An executor that may not be there yet. */
export class LazyExecutor {
  private readonly options: ExecutorOptions;
  private readonly host: ExecutionHost;
  private starting: Promise<Executor> | undefined;
  private started: Executor | undefined;
  private closed = false;

  constructor(options: ExecutorOptions, host: ExecutionHost) {
    this.options = options;
    this.host = host;
  }

  /** The executor, started where it is not; after a failure the next call tries again. */
  get(): Promise<Executor> {
    if (this.closed) {
      return Promise.reject(toolError("The local endpoint is ending.", { code: "ServiceException" }));
    }
    this.starting ??= this.create().then(
      (executor) => {
        this.started = executor;
        return executor;
      },
      (error: unknown) => {
        this.starting = undefined;
        throw error;
      },
    );
    return this.starting;
  }

  get active(): number {
    return this.started?.active ?? 0;
  }

  /** Nothing has been invoked where nothing was started. */
  async trace(requestId: string): Promise<InvocationTrace | undefined> {
    return await this.started?.trace(requestId);
  }

  async retire(functionArn: string): Promise<void> {
    await this.started?.retire(functionArn);
  }

  async close(): Promise<void> {
    this.closed = true;
    const executor = await this.starting?.catch(() => undefined);
    await executor?.close();
  }

  private async create(): Promise<Executor> {
    const { createExecutor } = this.options;
    if (createExecutor) return createExecutor(this.host);
    const { createExecutor: createReal } = await import("./environment/executor.ts");
    const { env } = this.options;
    return createReal(this.host, { ...completeSettings(this.options), env });
  }
}
