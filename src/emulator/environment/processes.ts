// What runs in an environment, from INIT over resets to the end: the APIs' server, the sandbox, and one generation of processes at a time.
import { performance } from "node:perf_hooks";
import { type ApiServer, startApiServer } from "../apis/server.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import type { InitPhase } from "../telemetry/platform-event.ts";
import type { Tracer } from "../trace/tracer.ts";
import type { EnvironmentParts } from "./environment-parts.ts";
import { type Failure, timeoutFailure } from "./failure.ts";
import { Generation } from "./generation.ts";
import { initHint } from "./hints.ts";
import type { PlatformReporter } from "./platform-reporter.ts";
import { type ShutdownReason, shutDown } from "./shutdown.ts";

/** How long the end waits for listeners to take what is left; milliseconds. They are told of SHUTDOWN afterwards, and many stop then. */
const flushMilliseconds = 500;

/** The processes of one environment. */
export class Processes {
  /** Those that run; undefined before INIT and after a reset. */
  generation: Generation | undefined;
  sandbox: Sandbox | undefined;
  private server: ApiServer | undefined;
  private readonly parts: EnvironmentParts;
  private readonly reporter: PlatformReporter;
  private readonly tracer: Tracer;
  /** The generation has come through its INIT. */
  private ready = false;
  /** Set when nothing may be started any more. */
  private interruption: Failure | undefined;

  constructor(parts: EnvironmentParts, tellers: { readonly reporter: PlatformReporter; readonly tracer: Tracer }) {
    this.parts = parts;
    this.reporter = tellers.reporter;
    this.tracer = tellers.tracer;
  }

  /** Starts a generation: resolves when everybody is on next, or with what went wrong. */
  async initialise(phase: InitPhase): Promise<Failure | undefined> {
    const { reporter, parts } = this;
    const { log, telemetry } = reporter;
    this.ready = false;
    const started = performance.now();
    this.tracer.current?.enter("init", "init", "platform", { phase });
    this.server ??= await startApiServer(() => this.generation, parts.network);
    if (this.interruption) return this.interruption;
    const sandbox = this.openSandbox();
    const generation = new Generation({
      snapshot: parts.snapshot,
      optFolder: parts.optFolder,
      telemetry,
      tracer: this.tracer,
      launcher: parts.createLauncher(sandbox, { runtimeApi: this.server.address, log, telemetry }),
    });
    this.generation = generation;
    const tooLate = () => generation.fail(timeoutFailure(parts.initMilliseconds / 1000));
    const late = phase === "init" && setTimeout(tooLate, parts.initMilliseconds);
    reporter.initStart(phase);
    let failure: Failure | undefined;
    try {
      failure = await generation.initialise();
    } finally {
      if (late) clearTimeout(late);
    }
    reporter.initEnd(phase, { generation, duration: performance.now() - started, failure });
    this.tracer.current?.leave("init");
    this.ready = failure === undefined;
    const hint = failure && initHint(generation, failure);
    if (hint) reporter.warn(hint);
    return failure;
  }

  /** Whether another environment in the same network could want the same ports; only after an INIT can be seen which these are. */
  get mayClash(): boolean {
    if (!this.ready || !this.generation || !this.sandbox) return true;
    return this.sandbox.listens();
  }

  /** Whether one of them has this port open. */
  listensOn(port: number): boolean {
    return this.sandbox?.listens(port) ?? false;
  }

  /** What runs fails at once, as with a reset; nothing happens where nothing runs, and nothing is started any more. */
  interrupt(failure: Failure): void {
    this.interruption = failure;
    this.generation?.fail(failure);
  }

  /** Ends the processes, keeps /tmp; the next invocation starts others. */
  async reset(reason: ShutdownReason): Promise<void> {
    const { generation } = this;
    this.tracer.current?.enter("shutdown", "shutdown", "platform", { text: reason });
    if (generation) await this.endGeneration(generation, reason);
    await this.sandbox?.sweep();
    this.tracer.current?.leave("shutdown");
    generation?.drain(true);
    this.generation = undefined;
    this.reporter.forgetSubscriptions();
    this.reporter.log.flush();
  }

  /** Ends everything in order and gives everything back. */
  async shutDown(): Promise<void> {
    if (this.generation && this.sandbox) await this.endGeneration(this.generation, "spindown");
    await this.sandbox?.destroy();
    this.generation?.drain(true);
    this.reporter.telemetry.close();
    await this.server?.close();
    this.reporter.log.flush();
  }

  private openSandbox(): Sandbox {
    const { host, snapshot } = this.parts;
    const made =
      this.sandbox ??
      this.parts.createSandbox((reason) => {
        host.warn(`The sandbox of ${snapshot.functionName} broke down: ${reason}`);
        this.generation?.fail({ errorType: "Sandbox.Failure", text: reason || "The sandbox ended", timedOut: false });
        // Its /tmp is gone with it; the next start gets another one.
        if (this.sandbox === made) this.sandbox = undefined;
      });
    this.sandbox = made;
    return made;
  }

  private async endGeneration(generation: Generation, reason: ShutdownReason): Promise<void> {
    await this.reporter.telemetry.flush(flushMilliseconds);
    await shutDown(generation, { reason, trace: this.tracer.current });
  }
}
