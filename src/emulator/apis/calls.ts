// What the APIs ask of an execution environment: the routes know HTTP, the environment knows what a call means.
import type { Subscription } from "../telemetry/subscription.ts";
import type { Refusal } from "./refusal.ts";

/** An event for the runtime, as `next` answers it. */
export interface RuntimeEvent {
  readonly headers: Readonly<Record<string, string | number>>;
  readonly payload: Buffer;
}

/** A long poll that waits for its event. */
export interface Waiting<Event> {
  deliver(event: Event): void;
  /** Whether somebody is still there. */
  readonly open: boolean;
}

/** What a runtime posted. */
export interface Posted {
  readonly body: Buffer;
  readonly contentType: string | undefined;
  /** Lambda-Runtime-Function-Error-Type, as a header or as a trailer. */
  readonly errorType: string | undefined;
}

/** The Runtime API, version 2018-06-01. */
export interface RuntimeCalls {
  next(waiting: Waiting<RuntimeEvent>): Refusal | undefined;
  /**
   * The first bytes of a response or an error have come: refused where the id or the state is wrong. From here on only one of the
   * following three may be called, once.
   */
  begin(requestId: string, kind: "response" | "error"): Refusal | undefined;
  /** What takes the response's chunks, as `ResponseReceiver.write` does; undefined where the caller wants it whole. */
  stream(): ((chunk: Buffer) => Promise<void> | undefined) | undefined;
  respond(posted: Posted): void;
  failInvocation(posted: Posted): void;
  /** The response can't be used: it is too large, cut off, or has a mode that does not exist. */
  spoil(errorType: string, errorMessage: string): void;
  initError(posted: Posted): Refusal | undefined;
}

/** An event for an extension. */
export interface ExtensionEvent {
  readonly headers: Readonly<Record<string, string | number>>;
  readonly body: string;
}

/** Who registers, and for what. */
export interface Registration {
  readonly name: string;
  readonly events: readonly string[];
  /** Asked for with Lambda-Extension-Accept-Feature. */
  readonly wantsAccountId: boolean;
}

/** What a registered extension is told. */
export interface Registered {
  readonly identifier: string;
  readonly functionName: string;
  readonly functionVersion: string;
  readonly handler: string;
  readonly accountId?: string | undefined;
}

/** The Extensions API, version 2020-01-01. */
export interface ExtensionCalls {
  /** Where extensions are switched off, its routes answer 404. */
  readonly enabled: boolean;
  register(registration: Registration): Registered | Refusal;
  isRegistered(identifier: string): boolean;
  /** The name that it registered under. */
  nameOf(identifier: string): string | undefined;
  next(identifier: string, waiting: Waiting<ExtensionEvent>): Refusal | undefined;
  /** `init/error` and `exit/error`. */
  reportError(identifier: string, phase: "init" | "exit"): Refusal | undefined;
}

/** The Telemetry API, version 2022-07-01, and the Logs API, version 2020-08-15. */
export interface TelemetryCalls {
  /** Until INIT ends. */
  readonly open: boolean;
  /** False where the extension uses the other API already. */
  subscribe(extensionName: string, subscription: Subscription): boolean;
  /** Its process has ended: nobody listens any more. */
  unsubscribe(extensionName: string): void;
}

/** One generation of an environment's processes, as its APIs see it. */
export interface EnvironmentCalls {
  readonly telemetry: TelemetryCalls;
  readonly runtime: RuntimeCalls;
  readonly extensions: ExtensionCalls;
}
