// What the platform tells of an environment: each event into its log, where it has a line, and to the extensions that listen.
import type { FunctionSnapshot, InvokeRequest } from "../execution.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { InitPhase, PlatformEvent } from "../telemetry/platform-event.ts";
import { Telemetry } from "../telemetry/telemetry.ts";
import type { Tracer } from "../trace/tracer.ts";
import type { EnvironmentParts } from "./environment-parts.ts";
import type { Failure } from "./failure.ts";
import type { Generation } from "./generation.ts";
import { jsonPlatformLine } from "./log-format.ts";
import { LogStream } from "./log-stream.ts";
import { createMemoryWatch } from "./memory-watch.ts";
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

/** What became of a phase. */
interface InitEnd {
  readonly generation: Generation;
  /** Milliseconds. */
  readonly duration: number;
  readonly failure: Failure | undefined;
}

type ReporterParts = Pick<EnvironmentParts, "host" | "snapshot" | "runtimeVersion" | "network">;

/** Tells of one environment. */
export class PlatformReporter {
  readonly log: LogStream;
  private readonly parts: ReporterParts;
  private readonly tracer: Tracer;
  private readonly memory = createMemoryWatch();
  private readonly instanceId = crypto.randomUUID();
  private current: Telemetry;

  constructor(parts: ReporterParts, tracer: Tracer) {
    this.parts = parts;
    this.tracer = tracer;
    this.log = new LogStream(parts.host, parts.snapshot);
    this.current = this.openTelemetry();
  }

  /** Of the present generation, or of the one to come. */
  get telemetry(): Telemetry {
    return this.current;
  }

  /** The processes are gone, and the subscriptions that they made with them. */
  forgetSubscriptions(): void {
    this.current.close();
    this.current = this.openTelemetry();
  }

  /** INIT begins. */
  initStart(phase: InitPhase): void {
    const { snapshot, runtimeVersion } = this.parts;
    this.tell(initStartEvent(snapshot, { phase, runtimeVersion, instanceId: this.instanceId }));
  }

  /** INIT is over. */
  initEnd(phase: InitPhase, { generation, duration, failure }: InitEnd): void {
    generation.drain(true);
    this.tell(initRuntimeDoneEvent(phase, failure));
    for (const extension of generation.extensions.all.values()) this.tell(extensionEvent(extension));
    this.tell(initReportEvent(phase, duration, failure));
    this.current.closeSubscriptions();
  }

  /** An invocation begins. */
  start(request: InvokeRequest): void {
    this.tell(startEvent(request, this.parts.snapshot));
  }

  /** The runtime is on next again, or never will be. It has no line in the text format: where nobody listens it costs nothing. */
  runtimeDone(generation: Generation | undefined, request: InvokeRequest, failure: Failure | undefined): void {
    if (!this.current.listening && !this.parts.snapshot.jsonLogging) return;
    // What the function has said comes before it, with a newline or without: the log would have had it at END.
    generation?.processes.get("runtime")?.drain(true);
    this.tell(runtimeDoneEvent(request, { progress: generation?.runtime.progress, failure }));
  }

  /** An invocation is over. */
  end(input: Omit<ReportInput, "memorySize" | "maxMemoryUsed">, sandbox: Sandbox | undefined): void {
    const { request, failure } = input;
    this.tell(endEvent(request));
    if (failure) this.tell(faultEvent(request, failure));
    const { snapshot } = this.parts;
    const maxMemoryUsed = sandbox ? this.memory.read(sandbox) : 0;
    if (this.memory.isFirstAbove(snapshot.memorySize)) this.warnOfMemory(snapshot, maxMemoryUsed);
    const event = reportEvent({ ...input, memorySize: snapshot.memorySize, maxMemoryUsed });
    this.tell(event, reportLine(event.record, failure !== undefined));
  }

  /** Something that the person who runs the endpoint should read. */
  warn(message: string): void {
    this.parts.host.warn(`${this.parts.snapshot.functionName}: ${message}`);
  }

  private warnOfMemory({ functionName, memorySize }: FunctionSnapshot, used: number): void {
    this.parts.host.warn(`${functionName} has used ${used} MB of its ${memorySize} MB: Lambda would end it there.`);
  }

  private openTelemetry(): Telemetry {
    return new Telemetry({
      connect: this.parts.network.connect,
      onSubscribed: (event) => {
        this.tell(event);
        this.traceSubscription(event);
      },
      warn: (message) => this.warn(message),
      jsonFormat: this.parts.snapshot.jsonLogging !== undefined,
    });
  }

  private traceSubscription({ type, record }: PlatformEvent): void {
    if (type !== "platform.telemetrySubscription" && type !== "platform.logsSubscription") return;
    const api = type === "platform.logsSubscription" ? "Logs API" : "Telemetry API";
    this.tracer.current?.moment("subscribe", record.name, { text: `${api}: ${record.types.join(", ")}` });
  }

  private tell(event: PlatformEvent, text = platformLine(event)): void {
    const { jsonLogging } = this.parts.snapshot;
    const line = jsonLogging ? jsonPlatformLine(event, jsonLogging) : text;
    if (line !== undefined) this.log.writePlatform(line);
    this.current.emit(event);
  }
}
