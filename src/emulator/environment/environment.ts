// One execution environment: INIT → INVOKE → SHUTDOWN, with its limits, resets and freezing. See the README in this folder.
import { performance } from "node:perf_hooks";
import { type ApiServer, startApiServer } from "../apis/server.ts";
import type { ExecutionHost, FunctionSnapshot, InvokeRequest, InvokeResult } from "../execution.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { InitPhase, PlatformEvent } from "../telemetry/platform-event.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import { errorBody, type Failure, timeoutFailure } from "./failure.ts";
import { Generation } from "./generation.ts";
import { invokeEvent } from "./invoke-event.ts";
import type { Launcher } from "./launcher.ts";
import { LogStream } from "./log-stream.ts";
import { createMemoryWatch } from "./memory-watch.ts";
import { nameMismatch } from "./name-mismatch.ts";
import {
  endEvent,
  extensionEvent,
  faultEvent,
  initReportEvent,
  initRuntimeDoneEvent,
  initStartEvent,
  type ReportInput,
  reportEvent,
  runtimeDoneEvent,
  startEvent,
} from "./platform-events.ts";
import { platformLine, reportLine } from "./platform-lines.ts";
import { type ShutdownReason, shutDown } from "./shutdown.ts";

/** What an environment is made of. */
export interface EnvironmentParts {
  readonly host: ExecutionHost;
  readonly snapshot: FunctionSnapshot;
  /** As INIT_START names it. */
  readonly runtimeVersion: string;
  /** The merged layers, on this machine. */
  readonly optFolder: string;
  /** Makes the place that the processes run in; `onLost` is told where it breaks down. */
  createSandbox(onLost: (reason: string) => void): Sandbox;
  createLauncher(sandbox: Sandbox, context: LauncherContext): Launcher;
  /** Off for debuggers. */
  readonly freeze: boolean;
  /** INIT's own limit; what takes longer starts again inside the first invocation, under the function's. */
  readonly initMilliseconds: number;
}

/** What a launcher needs of the environment that it works for. */
interface LauncherContext {
  readonly runtimeApi: string;
  readonly log: LogStream;
  readonly telemetry: Telemetry;
}

/**
 * What comes so soon after an invocation finds everybody awake. Lambda doesn't freeze in no time either; and a loop of invocations is
 * spared a stop and a start of every process each time (0.1 ms in bwrap).
 */
const freezeMilliseconds = 1;

/** How long the end waits for listeners to take what is left; milliseconds. They are told of SHUTDOWN afterwards, and many stop then. */
const flushMilliseconds = 500;

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
  private readonly log: LogStream;
  private readonly memory = createMemoryWatch();
  private readonly instanceId = crypto.randomUUID();
  /** Of the present generation, or of the one to come. */
  private telemetry: Telemetry;
  private server: ApiServer | undefined;
  private sandbox: Sandbox | undefined;
  /** Set while the environment is about to be frozen. */
  private freezing: NodeJS.Timeout | undefined;
  private generation: Generation | undefined;
  /** INIT comes once in an environment's life; later starts belong to an invocation. */
  private hadInit = false;
  /** Set when nothing may be started any more. */
  private interruption: Failure | undefined;
  /** What the runtime posted to init/error: the caller gets it where the second try fails too. */
  private initErrorBody: Buffer | undefined;

  constructor(parts: EnvironmentParts) {
    this.parts = parts;
    this.log = new LogStream(parts.host, parts.snapshot);
    this.telemetry = this.openTelemetry();
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
      await this.reset("failure");
    });
    return { answer, over };
  }

  /** What runs fails at once, as with a reset; nothing happens where nothing runs. */
  interrupt(): void {
    this.interruption = { errorType: "Sandbox.Failure", text: "The local endpoint is ending", timedOut: false };
    this.generation?.fail(this.interruption);
  }

  /** Ends everything in order and gives everything back. */
  async shutDown(): Promise<void> {
    this.thaw();
    if (this.generation && this.sandbox) await this.endGeneration(this.generation, "spindown");
    await this.sandbox?.destroy();
    this.generation?.drain(true);
    this.telemetry.close();
    await this.server?.close();
    this.log.flush();
  }

  private async run(request: InvokeRequest, release: (result: InvokeResult) => void): Promise<void> {
    const { log } = this;
    const { snapshot } = this.parts;
    log.startTail();
    const initDuration = this.hadInit ? undefined : await this.coldStart();

    const limit = snapshot.timeout * 1000;
    const started = performance.now();
    const deadline = Date.now() + limit;
    const timer = setTimeout(() => this.generation?.fail(timeoutFailure(snapshot.timeout)), limit);
    this.tell(startEvent(request, snapshot));
    let runtimeDone = false;
    let result: InvokeResult | undefined;
    let failure: Failure | undefined;
    try {
      failure = this.generation ? undefined : await this.initialise("invoke");
      if (!failure && this.generation) {
        // Before the event, so that nobody sees it while asleep.
        this.thaw();
        const { generation } = this;
        failure = await generation.invoke(invokeEvent(request, deadline), {
          receiver: request.receiver,
          answered: (outcome) => {
            result = "payload" in outcome ? resultOf(outcome.payload, outcome.failed) : errorResult(outcome, request);
            if (request.logTail === false) release(result);
          },
          runtimeDone: () => {
            if (runtimeDone || generation.runtime.state !== "Ready") return;
            runtimeDone = true;
            this.tellRuntimeDone(generation, request, undefined);
          },
        });
      }
    } finally {
      clearTimeout(timer);
    }
    const duration = failure?.timedOut ? limit : performance.now() - started;
    const progress = this.generation?.runtime.progress;
    this.generation?.drain(true);
    if (!runtimeDone) this.tellRuntimeDone(this.generation, request, failure);
    this.tell(endEvent(request));
    if (failure) this.tell(faultEvent(request, failure));
    const hadTold = this.generation?.extensions.registered().some((extension) => extension.wants("INVOKE")) ?? false;
    this.tellReport({ request, duration, initDuration, failure, progress, hadTold });
    const answer = result ?? errorResult(this.withInitError(failure), request);
    release({ ...answer, logTail: log.tail() });
    log.flush();
    if (failure) await this.reset(failure.timedOut ? "timeout" : "failure");
    else if (this.parts.freeze) this.freezeSoon();
  }

  private freezeSoon(): void {
    this.freezing = setTimeout(() => {
      this.freezing = undefined;
      this.telemetry.pause();
      this.sandbox?.freeze();
    }, freezeMilliseconds);
  }

  private thaw(): void {
    const awake = this.freezing !== undefined;
    clearTimeout(this.freezing);
    this.freezing = undefined;
    if (awake) return;
    this.sandbox?.thaw();
    this.telemetry.resume();
  }

  /** INIT, before the first invocation; gives its milliseconds where it went well. */
  private async coldStart(): Promise<number | undefined> {
    this.hadInit = true;
    const started = performance.now();
    const failure = await this.initialise("init");
    if (!failure) return performance.now() - started;
    this.initErrorBody = failure.body;
    await this.reset(failure.timedOut ? "timeout" : "failure");
    return undefined;
  }

  private async initialise(phase: InitPhase): Promise<Failure | undefined> {
    const { log, telemetry } = this;
    const started = performance.now();
    this.server ??= await startApiServer(() => this.generation);
    if (this.interruption) return this.interruption;
    const sandbox = this.openSandbox();
    const generation = new Generation({
      snapshot: this.parts.snapshot,
      optFolder: this.parts.optFolder,
      telemetry,
      launcher: this.parts.createLauncher(sandbox, { runtimeApi: this.server.address, log, telemetry }),
    });
    this.generation = generation;
    const { initMilliseconds } = this.parts;
    const tooLate = () => generation.fail(timeoutFailure(initMilliseconds / 1000));
    const late = phase === "init" && setTimeout(tooLate, initMilliseconds);
    const { snapshot, runtimeVersion } = this.parts;
    this.tell(initStartEvent(snapshot, { phase, runtimeVersion, instanceId: this.instanceId }));
    let failure: Failure | undefined;
    try {
      failure = await generation.initialise();
    } finally {
      if (late) clearTimeout(late);
    }
    generation.drain(true);
    this.tell(initRuntimeDoneEvent(phase, failure));
    for (const extension of generation.extensions.all.values()) this.tell(extensionEvent(extension));
    this.tell(initReportEvent(phase, performance.now() - started, failure));
    telemetry.closeSubscriptions();
    if (failure) {
      const hint = nameMismatch(generation.extensions);
      if (hint) this.parts.host.warn(`${this.parts.snapshot.functionName}: ${hint}`);
    }
    return failure;
  }

  private openSandbox(): Sandbox {
    const made =
      this.sandbox ??
      this.parts.createSandbox((reason) => {
        this.parts.host.warn(`The sandbox of ${this.parts.snapshot.functionName} broke down: ${reason}`);
        this.generation?.fail({ errorType: "Sandbox.Failure", text: reason || "The sandbox ended", timedOut: false });
        // Its /tmp is gone with it; the next start gets another one.
        if (this.sandbox === made) this.sandbox = undefined;
      });
    this.sandbox = made;
    return made;
  }

  /** Ends the processes, keeps /tmp; the next invocation starts others. */
  private async reset(reason: ShutdownReason): Promise<void> {
    const { generation } = this;
    if (generation) await this.endGeneration(generation, reason);
    await this.sandbox?.sweep();
    generation?.drain(true);
    this.generation = undefined;
    // Subscriptions are forgotten with the processes that made them.
    this.telemetry.close();
    this.telemetry = this.openTelemetry();
    this.log.flush();
  }

  private async endGeneration(generation: Generation, reason: ShutdownReason): Promise<void> {
    await this.telemetry.flush(flushMilliseconds);
    await shutDown(generation, reason);
  }

  private openTelemetry(): Telemetry {
    const { host, snapshot } = this.parts;
    return new Telemetry({
      onSubscribed: (event) => this.tell(event),
      warn: (message) => host.warn(`${snapshot.functionName}: ${message}`),
    });
  }

  /** Into the log, where it has a line, and to who listens. */
  private tell(event: PlatformEvent, line = platformLine(event)): void {
    if (line !== undefined) this.log.writePlatform(line);
    this.telemetry.emit(event);
  }

  /** It has no line: where nobody listens it costs nothing. */
  private tellRuntimeDone(
    generation: Generation | undefined,
    request: InvokeRequest,
    failure: Failure | undefined,
  ): void {
    if (!this.telemetry.listening) return;
    // What the function has said comes before it, with a newline or without: the log would have had it at END.
    generation?.processes.get("runtime")?.drain(true);
    this.tell(runtimeDoneEvent(request, { progress: generation?.runtime.progress, failure }));
  }

  private tellReport(input: Omit<ReportInput, "memorySize" | "maxMemoryUsed">): void {
    const { snapshot, host } = this.parts;
    const maxMemoryUsed = this.sandbox ? this.memory.read(this.sandbox) : 0;
    if (this.memory.isFirstAbove(snapshot.memorySize)) {
      host.warn(
        `${snapshot.functionName} has used ${maxMemoryUsed} MB of its ${snapshot.memorySize} MB: Lambda would end it there.`,
      );
    }
    const event = reportEvent({ ...input, memorySize: snapshot.memorySize, maxMemoryUsed });
    this.tell(event, reportLine(event.record, input.failure !== undefined));
  }

  private withInitError(failure: Failure | undefined): Failure {
    const known = failure ?? { errorType: "Sandbox.Failure", text: "The environment ended", timedOut: false };
    return known.timedOut || known.body || !this.initErrorBody ? known : { ...known, body: this.initErrorBody };
  }
}

function resultOf(payload: Buffer, failed: boolean): InvokeResult {
  return { payload, logTail: "", ...(failed ? { functionError: "Unhandled" as const } : {}) };
}

function errorResult(failure: Failure, { requestId }: InvokeRequest): InvokeResult {
  return resultOf(errorBody(failure, requestId), true);
}
