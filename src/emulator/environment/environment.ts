// One execution environment: INIT → INVOKE → SHUTDOWN, with its limits, resets and freezing. See the README in this folder.
import { performance } from "node:perf_hooks";
import type { InvokeRequest, InvokeResult } from "../execution.ts";
import { Tracer } from "../trace/tracer.ts";
import type { EnvironmentParts } from "./environment-parts.ts";
import { type Failure, timeoutFailure } from "./failure.ts";
import { Freezer } from "./freezer.ts";
import { invokeHint } from "./hints.ts";
import { invokeEvent } from "./invoke-event.ts";
import { resultOf } from "./invoke-result.ts";
import { PlatformReporter } from "./platform-reporter.ts";
import { Processes } from "./processes.ts";

/** An invocation that is under way. */
export interface Running {
  /** When the caller may have it. */
  readonly answer: Promise<InvokeResult>;
  /** When the environment can take the next one; never rejects. */
  readonly over: Promise<void>;
}

/** One execution environment, for one invocation at a time. */
export class Environment {
  private readonly parts: EnvironmentParts;
  private readonly reporter: PlatformReporter;
  private readonly processes: Processes;
  private readonly freezer: Freezer;
  private readonly tracer = new Tracer();
  /** It has answered, and will be there again with its /tmp in two seconds at most. */
  resetting = false;
  /** INIT comes once in an environment's life; later starts belong to an invocation. */
  private hadInit = false;
  /** What the runtime posted to init/error: the caller gets it where the second try fails too. */
  private initErrorBody: Buffer | undefined;

  constructor(parts: EnvironmentParts) {
    this.parts = parts;
    this.reporter = new PlatformReporter(parts, this.tracer);
    this.processes = new Processes(parts, { reporter: this.reporter, tracer: this.tracer });
    this.freezer = new Freezer({
      freeze: () => {
        this.reporter.telemetry.pause();
        this.processes.sandbox?.freeze();
        this.tracer.current?.moment("freeze", "platform");
        this.tracer.finish();
      },
      thaw: () => {
        this.processes.sandbox?.thaw();
        this.tracer.current?.moment("thaw", "platform");
        this.reporter.telemetry.resume();
      },
    });
  }

  /** Whether another environment in the same network could want the same ports. */
  get mayClash(): boolean {
    return this.processes.mayClash;
  }

  /** Whether something in it has this port open. */
  listensOn(port: number): boolean {
    return this.processes.listensOn(port);
  }

  /** Runs the function. */
  invoke(request: InvokeRequest): Running {
    let release: (result: InvokeResult) => void = () => {};
    let refuse: (error: unknown) => void = () => {};
    const answer = new Promise<InvokeResult>((resolve, reject) => {
      release = resolve;
      refuse = reject;
    });
    const over = this.run(request, release).catch(async (error: unknown) => {
      refuse(error);
      this.tracer.current?.refuse();
      await this.processes.reset("failure");
    });
    return { answer, over };
  }

  /** What runs fails at once, as with a reset, and nothing is started any more. */
  interrupt(text: string): void {
    this.processes.interrupt({ errorType: "Sandbox.Failure", text, timedOut: false });
  }

  /** Ends everything in order and gives everything back. */
  async shutDown(): Promise<void> {
    this.tracer.finish();
    this.freezer.thaw();
    await this.processes.shutDown();
  }

  private async run(request: InvokeRequest, release: (result: InvokeResult) => void): Promise<void> {
    const { reporter, processes } = this;
    const { snapshot, prepared } = this.parts;
    const { trace } = request;
    this.tracer.begin(trace);
    trace?.taken({ logStream: reporter.log.name, prepared: this.hadInit ? undefined : prepared });
    reporter.log.startTail();
    const initDuration = this.hadInit ? undefined : await this.coldStart();
    // The place broke down while nobody used it: nobody has to hear of it.
    if (processes.generation && !processes.sandbox) await processes.reset("failure");

    const limit = snapshot.timeout * 1000;
    const started = performance.now();
    const deadline = Date.now() + limit;
    const timer = setTimeout(() => processes.generation?.fail(timeoutFailure(snapshot.timeout)), limit);
    reporter.start(request);
    trace?.enter("invoke", "invoke", "platform");
    let runtimeDone = false;
    let result: InvokeResult | undefined;
    let failure: Failure | undefined;
    try {
      failure = processes.generation ? undefined : await processes.initialise("invoke");
      if (!failure && processes.generation) {
        // Before the event, so that nobody sees it while asleep.
        this.freezer.thaw();
        const { generation } = processes;
        failure = await generation.invoke(invokeEvent(request, deadline), {
          receiver: request.receiver,
          answered: (outcome) => {
            result = resultOf(outcome, request);
            if (request.logTail === false) release(result);
          },
          runtimeDone: () => {
            if (runtimeDone || generation.runtime.state !== "Ready") return;
            runtimeDone = true;
            reporter.runtimeDone(generation, request, undefined);
          },
        });
      }
    } finally {
      clearTimeout(timer);
    }
    const duration = failure?.timedOut ? limit : performance.now() - started;
    const { generation } = processes;
    const progress = generation?.runtime.progress;
    generation?.drain(true);
    if (!runtimeDone) reporter.runtimeDone(generation, request, failure);
    const hadTold = generation?.extensions.registered().some((extension) => extension.wants("INVOKE")) ?? false;
    reporter.end({ request, duration, initDuration, failure, progress, hadTold }, processes.sandbox);
    const hint = failure && generation && invokeHint(generation, failure);
    if (hint) reporter.warn(hint);
    const answer = result ?? resultOf(this.withInitError(failure), request);
    trace?.end(answer.functionError !== undefined, failure);
    release({ ...answer, logTail: reporter.log.tail() });
    reporter.log.flush();
    if (failure) await this.resetAfter(failure);
    else if (this.parts.freeze) this.freezer.freezeSoon();
    if (failure || !this.parts.freeze) this.tracer.finish();
  }

  private async resetAfter({ timedOut }: Failure): Promise<void> {
    this.resetting = true;
    try {
      await this.processes.reset(timedOut ? "timeout" : "failure");
    } finally {
      this.resetting = false;
    }
  }

  /** INIT, before the first invocation; gives its milliseconds where it went well. */
  private async coldStart(): Promise<number | undefined> {
    this.hadInit = true;
    const started = performance.now();
    const failure = await this.processes.initialise("init");
    if (!failure) return performance.now() - started;
    this.initErrorBody = failure.body;
    await this.processes.reset(failure.timedOut ? "timeout" : "failure");
    return undefined;
  }

  private withInitError(failure: Failure | undefined): Failure {
    const known = failure ?? { errorType: "Sandbox.Failure", text: "The environment ended", timedOut: false };
    return known.timedOut || known.body || !this.initErrorBody ? known : { ...known, body: this.initErrorBody };
  }
}
