// All extensions of one generation: who may register, and what each call means.
import { randomUUID } from "node:crypto";
import { limits } from "../../model/limits.ts";
import type { ExtensionCalls, ExtensionEvent, Registered, Registration, Waiting } from "../apis/calls.ts";
import { forbidden, type Refusal } from "../apis/refusal.ts";
import type { FunctionSnapshot } from "../execution.ts";
import { Extension, type ExtensionEventName } from "./extension.ts";

interface ExtensionsOptions {
  readonly snapshot: FunctionSnapshot;
  /** Off where the layer says so with its magic file. */
  readonly enabled: boolean;
  /** Told after every change. */
  readonly onChange: () => void;
  /** Told before `onChange`. */
  readonly onRegistered?: ((extension: Extension) => void) | undefined;
  /** It is on next; told before `onChange`. */
  readonly onNext?: ((extension: Extension) => void) | undefined;
}

/** The extensions of one generation. */
export class Extensions implements ExtensionCalls {
  readonly enabled: boolean;
  /** By name: external ones from the start, internal ones from their registration. */
  readonly all = new Map<string, Extension>();
  /** The first of them that reported an error: what the failure is called when a process ends. */
  reported: "Extension.InitError" | "Extension.ExitError" | undefined;
  /** Names that somebody wanted to register under and that no file has: internal extensions, or mistakes. */
  readonly strangers = new Set<string>();
  private readonly byIdentifier = new Map<string, Extension>();
  private readonly options: ExtensionsOptions;
  private internalOpen = true;

  constructor(options: ExtensionsOptions) {
    this.options = options;
    this.enabled = options.enabled;
  }

  /** A file of /opt/extensions: it is expected to register under the file's name. */
  addExternal(name: string): Extension {
    const extension = new Extension(name, true);
    this.all.set(name, extension);
    return extension;
  }

  /** The runtime has asked for its first event: internal extensions come too late from here on. */
  closeRegistration(): void {
    this.internalOpen = false;
  }

  register(registration: Registration): Registered | Refusal {
    const { name } = registration;
    const external = this.all.get(name)?.external ?? false;
    // Some are enough to see what went wrong.
    if (!external && this.strangers.size < limits.extensions) this.strangers.add(name);
    const events = readEvents(registration.events, external);
    if (!Array.isArray(events)) return events as Refusal;
    const extension = external ? this.all.get(name) : this.createInternal(name);
    if (!extension) return forbidden("Extension.InvalidExtensionName", "Empty extension name");
    if (!(extension instanceof Extension)) return extension;
    const refusal = extension.move("Registered");
    if (refusal) return refusal;
    extension.events = events;
    extension.identifier = randomUUID();
    this.byIdentifier.set(extension.identifier, extension);
    this.options.onRegistered?.(extension);
    this.options.onChange();
    const { functionName, version, handler, accountId } = this.options.snapshot;
    return {
      ...{ identifier: extension.identifier, functionName, functionVersion: version, handler },
      ...(registration.wantsAccountId ? { accountId } : {}),
    };
  }

  isRegistered(identifier: string): boolean {
    return this.byIdentifier.has(identifier);
  }

  nameOf(identifier: string): string | undefined {
    return this.byIdentifier.get(identifier)?.name;
  }

  next(identifier: string, waiting: Waiting<ExtensionEvent>): Refusal | undefined {
    const extension = this.byIdentifier.get(identifier);
    const refusal = extension?.wait(waiting);
    if (refusal) return refusal;
    // What had been kept for it was given at once otherwise.
    if (extension?.state === "Ready") this.options.onNext?.(extension);
    this.options.onChange();
    return undefined;
  }

  reportError(identifier: string, phase: "init" | "exit"): Refusal | undefined {
    const extension = this.byIdentifier.get(identifier);
    const refusal = extension?.move(phase === "init" ? "InitError" : "ExitError");
    if (refusal || !extension) return refusal;
    // Nothing ends yet: the platform waits for the process to do so, and until then for its time to run out.
    this.reported ??= phase === "init" ? "Extension.InitError" : "Extension.ExitError";
    extension.errorType ??= this.reported;
    return undefined;
  }

  /** The external ones whose process has not yet registered. */
  unregistered(): Extension[] {
    return [...this.all.values()].filter(({ external, identifier }) => external && identifier === undefined);
  }

  /** Those that registered. */
  registered(): Extension[] {
    return [...this.byIdentifier.values()];
  }

  private createInternal(name: string): Extension | Refusal {
    if (!this.internalOpen) {
      return forbidden("Extension.RegistrationClosed", "Extension registration closed already");
    }
    if (this.all.size >= limits.extensions) {
      return forbidden("Extension.TooManyExtensions", `Extension limit (${limits.extensions}) reached`);
    }
    if (this.all.has(name)) {
      return forbidden("Extension.InvalidExtensionState", "Extension with this name already registered");
    }
    const extension = new Extension(name, false);
    this.all.set(name, extension);
    return extension;
  }
}

function readEvents(names: readonly string[], external: boolean): ExtensionEventName[] | Refusal {
  const events: ExtensionEventName[] = [];
  for (const name of names) {
    if (name === "INVOKE" || (name === "SHUTDOWN" && external)) events.push(name);
    else if (name === "SHUTDOWN") {
      return forbidden("Extension.InvalidEventType", "SHUTDOWN: ShutdownEventNotSupportedForInternalExtension");
    } else {
      return forbidden("Extension.InvalidEventType", `${name}: ErrorInvalidEventType`);
    }
  }
  return [...new Set(events)];
}
