// One extension's states and the moves between them; names as in AWS's core (externalagent_states.go).
import type { ExtensionEvent, Waiting } from "../apis/calls.ts";
import { invalidTransition, type Refusal } from "../apis/refusal.ts";

/** `LaunchError` is a file that could not be started, `Exited` a process that ended. */
export type ExtensionState =
  | "Started"
  | "Registered"
  | "Ready"
  | "Running"
  | "InitError"
  | "ExitError"
  | "LaunchError"
  | "Exited";

/** What an extension can be told of. */
export type ExtensionEventName = "INVOKE" | "SHUTDOWN";

/** From where a call leads where; everything else is refused. */
const moves: Record<"Registered" | "Ready" | "InitError" | "ExitError", readonly ExtensionState[]> = {
  Registered: ["Started"],
  Ready: ["Registered", "Running"],
  // The same report again changes nothing.
  InitError: ["Registered", "InitError"],
  ExitError: ["Registered", "Ready", "Running", "ExitError"],
};

/** An extension, external or internal. */
export class Extension {
  readonly name: string;
  readonly external: boolean;
  /** Given at registration. */
  identifier: string | undefined;
  state: ExtensionState = "Started";
  events: readonly ExtensionEventName[] = [];
  /** For its EXTENSION line. */
  errorType: string | undefined;
  private waiting: Waiting<ExtensionEvent> | undefined;
  private pending: ExtensionEvent | undefined;

  constructor(name: string, external: boolean) {
    this.name = name;
    this.external = external;
  }

  /** Whether it wants this event. */
  wants(event: ExtensionEventName): boolean {
    return this.events.includes(event);
  }

  /** Moves, or says why not: in the words of AWS's core, which call it by its name at registration and by its identifier ever after. */
  move(to: keyof typeof moves): Refusal | undefined {
    if (!moves[to].includes(this.state)) {
      const who = to === "Registered" ? this.name : (this.identifier ?? this.name);
      // exit/error names the state that its process would have come to.
      return invalidTransition({ extension: who }, this.state, to === "ExitError" ? "Exited" : to);
    }
    this.state = to;
    return undefined;
  }

  /** It waits for an event; one that came before is given at once. */
  wait(waiting: Waiting<ExtensionEvent>): Refusal | undefined {
    const refusal = this.move("Ready");
    if (refusal) return refusal;
    this.waiting = waiting;
    const { pending } = this;
    this.pending = undefined;
    if (pending) this.give(pending);
    return undefined;
  }

  /** Gives it an event now, or as soon as it asks. */
  give(event: ExtensionEvent): void {
    if (this.state !== "Ready" || !this.waiting) {
      this.pending = event;
      return;
    }
    const { waiting } = this;
    this.waiting = undefined;
    this.state = "Running";
    waiting.deliver(event);
  }
}
