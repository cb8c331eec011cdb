// One generation of an environment's processes, from their start to their end: extensions, then the runtime, then events.
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { limits } from "../../model/limits.ts";
import type { EnvironmentCalls, RuntimeEvent, TelemetryCalls } from "../apis/calls.ts";
import type { FunctionSnapshot, ResponseReceiver } from "../execution.ts";
import type { Exit, SandboxProcess } from "../sandbox/sandbox.ts";
import type { Tracer } from "../trace/tracer.ts";
import { Condition } from "./condition.ts";
import type { Extension } from "./extension.ts";
import { Extensions } from "./extensions.ts";
import {
  exitText,
  extensionExitFailure,
  type Failure,
  launchFailure,
  runtimeExitFailure,
  spoiltFailure,
} from "./failure.ts";
import type { Launcher } from "./launcher.ts";
import { type RuntimeOutcome, RuntimeState } from "./runtime-state.ts";

/** A layer switches all extensions off with this file: AWS's core, extensions.go. */
const switchOffFile = "disable-extensions-jwigqn8j";

interface GenerationOptions {
  readonly snapshot: FunctionSnapshot;
  readonly launcher: Launcher;
  readonly telemetry: TelemetryCalls;
  readonly tracer: Tracer;
  /** The merged layers, on this machine. */
  readonly optFolder: string;
}

/** What an invocation is for the processes. */
export interface InvokeEvent {
  readonly requestId: string;
  readonly runtime: RuntimeEvent;
  /** For extensions, JSON. */
  readonly extensionBody: string;
}

/** Told of what an invocation comes to, at the moment that it does. */
interface InvocationListener {
  answered(outcome: RuntimeOutcome | Failure): void;
  /** The runtime is on next again; extensions may not be. */
  runtimeDone(): void;
  /** Takes the response as it comes. */
  readonly receiver?: ResponseReceiver | undefined;
}

/** The processes that were started together and end together. */
export class Generation implements EnvironmentCalls {
  readonly runtime: RuntimeState;
  readonly extensions: Extensions;
  readonly telemetry: TelemetryCalls;
  /** By what they are: the file of an extension, or the runtime. */
  readonly processes = new Map<Extension | "runtime", SandboxProcess>();
  private readonly condition = new Condition<Failure>();
  private readonly options: GenerationOptions;
  private listener: InvocationListener | undefined;
  /** From here on an end is what was asked for. */
  private ending = false;
  /** What the runtime has reported: it counts when it exits, as it should at once (AWS's core waits for that too), and may say more until then. */
  private initError: Failure | undefined;

  constructor(options: GenerationOptions) {
    this.options = options;
    this.telemetry = options.telemetry;
    const onChange = () => this.condition.check();
    this.extensions = new Extensions({
      snapshot: options.snapshot,
      enabled: !existsSync(join(options.optFolder, switchOffFile)),
      onChange,
      onRegistered: (extension) => options.tracer.current?.enter(extension, "extension-init", extension.name),
      onNext: (extension) => options.tracer.current?.leave(extension),
    });
    this.runtime = new RuntimeState({
      onChange: () => {
        options.tracer.current?.leave("runtime");
        this.extensions.closeRegistration();
        this.listener?.runtimeDone();
        onChange();
      },
      onOutcome: (outcome) => this.listener?.answered(outcome),
      onStream: () => {
        const { listener } = this;
        listener?.receiver?.begin();
        // What comes after the invocation's end, from a runtime that was too slow, is nobody's.
        return (
          listener?.receiver && ((chunk) => (this.listener === listener ? listener.receiver?.write(chunk) : undefined))
        );
      },
      onInitError: ({ body, errorType = "Runtime.Unknown" }) => {
        const text = "Runtime reported an error during its start";
        this.initError = { errorType, text, timedOut: false, body };
      },
      onSpoilt: (errorType, text) => this.listener?.answered(spoiltFailure(errorType, text)),
    });
  }

  /** What went wrong first; undefined while nothing has. */
  get failure(): Failure | undefined {
    return this.condition.failed;
  }

  /** Ends what is waited for: a time limit, or a process that is gone. */
  fail(failure: Failure): void {
    if (!this.failure) this.traceFailure(failure);
    this.condition.fail(failure);
  }

  /** The INIT phase: resolves when everybody is on next, or with what went wrong. */
  async initialise(): Promise<Failure | undefined> {
    this.launchExtensions();
    const early = await this.condition.until(() => this.extensions.unregistered().length === 0);
    if (early) return early;
    this.launchRuntime();
    return this.condition.until(
      () => this.runtime.state === "Ready" && this.extensions.registered().every(({ state }) => state === "Ready"),
    );
  }

  /** The INVOKE phase: resolves when the runtime and all that it told are on next again, or with what went wrong. */
  async invoke(event: InvokeEvent, listener: InvocationListener): Promise<Failure | undefined> {
    this.runtime.progress = undefined;
    if (this.failure) {
      // It came between two invocations.
      this.traceFailure(this.failure);
      return this.failure;
    }
    this.listener = listener;
    const told = this.extensions.registered().filter((extension) => extension.wants("INVOKE"));
    const { current: trace } = this.options.tracer;
    for (const extension of told) {
      trace?.enter(extension, "extension-invoke", extension.name);
      extension.give({
        headers: { "Content-Type": "application/json", "Lambda-Extension-Event-Identifier": crypto.randomUUID() },
        body: event.extensionBody,
      });
    }
    this.runtime.give(event.requestId, event.runtime);
    if (trace) trace.progress = this.runtime.progress;
    const failure = await this.condition.until(
      () => this.runtime.state === "Ready" && told.every(({ state }) => state === "Ready"),
    );
    this.listener = undefined;
    this.runtime.release();
    return failure;
  }

  /** From here on processes that end do what they are told. */
  expectEnd(): void {
    this.ending = true;
  }

  /** Hands out, now, what all processes have written. */
  drain(partial: boolean): void {
    for (const process of this.processes.values()) process.drain(partial);
  }

  private launchExtensions(): void {
    if (!this.extensions.enabled) return;
    for (const [index, name] of this.extensionFiles().entries()) {
      const extension = this.extensions.addExternal(name);
      if (index >= limits.extensions) {
        this.refuse(extension, "TooManyExtensions", "too many extensions");
        return;
      }
      this.options.tracer.current?.enter(extension, "extension-launch", name);
      const launched = this.options.launcher.extension(name, index);
      if ("problem" in launched) {
        const kind = launched.problem === "permission denied" ? "PermissionDenied" : "UnknownError";
        this.refuse(extension, kind, launched.problem);
        return;
      }
      this.processes.set(extension, launched.process);
      void launched.process.exited.then((exit) => this.extensionEnded(extension, exit));
    }
  }

  private refuse(extension: Extension, errorType: string, problem: string): void {
    extension.state = "LaunchError";
    extension.errorType = errorType;
    this.fail(launchFailure("Extension.LaunchError", `/opt/extensions/${extension.name}`, problem));
  }

  private launchRuntime(): void {
    this.options.tracer.current?.enter("runtime", "runtime-launch", "runtime");
    const launched = this.options.launcher.runtime(limits.extensions);
    if ("problem" in launched) {
      this.fail({ errorType: "Runtime.InvalidEntrypoint", text: launched.problem, timedOut: false });
      return;
    }
    this.processes.set("runtime", launched.process);
    void launched.process.exited.then((exit) => {
      this.processes.delete("runtime");
      this.traceExit("runtime", exit);
      if (!this.ending) this.fail(this.initError ?? runtimeExitFailure(exit));
    });
  }

  private traceFailure({ errorType, text }: Failure): void {
    const { current: trace } = this.options.tracer;
    trace?.moment("failure", "platform", { errorType, text });
    trace?.giveUp();
  }

  private traceExit(actor: Extension | "runtime", exit: Exit): void {
    const name = actor === "runtime" ? actor : actor.name;
    this.options.tracer.current?.exited(actor, name, { text: exitText(exit), expected: this.ending });
  }

  private extensionEnded(extension: Extension, exit: Exit): void {
    this.processes.delete(extension);
    this.traceExit(extension, exit);
    this.options.telemetry.unsubscribe(extension.name);
    const errorType = this.extensions.reported ?? "Extension.Crash";
    extension.state = "Exited";
    if (this.ending) return;
    extension.errorType ??= errorType;
    this.fail(extensionExitFailure(errorType, exit));
  }

  /** Everything in the folder that is no folder, hidden files too, by name in byte order: what AWS's core starts. */
  private extensionFiles(): string[] {
    const folder = join(this.options.optFolder, "extensions");
    if (!existsSync(folder) || !statSync(folder).isDirectory()) return [];
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ name }) => name)
      .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  }
}
