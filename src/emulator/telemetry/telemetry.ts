// The telemetry of one generation of an environment's processes: keeps events until INIT ends, hands them to who has subscribed.

import type { Connect } from "../sandbox/network/network.ts";
import { within } from "../within.ts";
import { Backlog, type StoredEvent } from "./backlog.ts";
import { httpDestination } from "./http-destination.ts";
import { parseObject } from "./json-line.ts";
import type { PlatformEvent } from "./platform-event.ts";
import { type DeliveryPolicy, defaultPolicy, Subscriber } from "./subscriber.ts";
import type { Category, Subscription } from "./subscription.ts";
import { tcpDestination } from "./tcp-destination.ts";

/** What is kept for subscribers to come; an INIT that says more has its newest lines counted, not kept. */
const historyLimit = { items: 80_000, bytes: 8 * 1024 * 1024 };

interface TelemetryOptions {
  /** Reaches the listeners: their loopback may be one of their own. */
  readonly connect: Connect;
  /** Somebody has subscribed: it belongs in the log, and comes back through `emit`. */
  readonly onSubscribed: (event: PlatformEvent) => void;
  /** Something that an extension's author should read. */
  readonly warn: (message: string) => void;
  /** Lines that are JSON objects are told as objects. */
  readonly jsonFormat?: boolean | undefined;
  readonly policy?: DeliveryPolicy | undefined;
}

/** Takes the events of one generation. After a reset there is another one, and no subscription is left. */
export class Telemetry {
  private readonly options: TelemetryOptions;
  private readonly subscribers = new Map<string, Subscriber>();
  /** Gone when INIT has ended. */
  private history: Backlog | undefined = new Backlog(historyLimit);
  private serial = 0;
  private readonly warned = new Set<string>();

  constructor(options: TelemetryOptions) {
    this.options = options;
  }

  /** Whether subscriptions are taken. */
  get open(): boolean {
    return this.history !== undefined;
  }

  /** Whether an event would reach anybody, now or later: where not, it need not be made. */
  get listening(): boolean {
    return this.history !== undefined || this.subscribers.size > 0;
  }

  /** Takes an event of the platform's. */
  emit({ type, record }: PlatformEvent): void {
    if (this.listening) this.keep(this.store("platform", { type, record }));
  }

  /** Takes a line of a process, with its newline where it had one: the record is the line without, or the object that it is. */
  line(category: "function" | "extension", text: string): void {
    if (!this.listening) return;
    const line = text.endsWith("\n") ? text.slice(0, text.endsWith("\r\n") ? -2 : -1) : text;
    const record = (this.options.jsonFormat && parseObject(line)) || line;
    this.keep(this.store(category, { type: category, record }));
  }

  /**
   * Subscribes an extension. A second subscription to the same API takes the first one's place (so the Logs API's documentation): it gets
   * what had not left yet, and what came before of types that are new. The other API is refused: false.
   */
  subscribe(name: string, subscription: Subscription): boolean {
    const { target, api, types } = subscription;
    const before = this.subscribers.get(name);
    if (before && before.subscription.api !== api) return false;
    const left = before?.close() ?? [];
    const subscriber = new Subscriber({
      ...{ name, subscription, policy: this.options.policy ?? defaultPolicy },
      destination:
        target.protocol === "HTTP"
          ? httpDestination(target, this.options.connect)
          : tcpDestination(target.port, this.options.connect),
      dropped: ({ records, bytes, reason }) => {
        const record = { droppedBytes: bytes, droppedRecords: records, reason };
        return this.store("platform", { type: "platform.logsDropped", record });
      },
      onLoss: (reason) => this.warnOnce(name, `The telemetry listener of ${name} loses events: ${reason}.`),
    });
    const missed = (this.history?.all ?? []).filter((event) => !before?.wants(event));
    for (const event of [...left, ...missed].sort((a, b) => a.serial - b.serial)) subscriber.add(event);
    const loss = this.history?.loss;
    if (loss && !before) subscriber.lose(loss);
    this.subscribers.set(name, subscriber);
    const record = { name, state: "Subscribed", types } as const;
    const type = api === "Telemetry" ? "platform.telemetrySubscription" : "platform.logsSubscription";
    this.options.onSubscribed({ type, record });
    return true;
  }

  /** The extension's process has ended, and its listener with it: nothing is tried any more, and no end waits for it. */
  unsubscribe(name: string): void {
    this.subscribers.get(name)?.close();
    this.subscribers.delete(name);
  }

  /** INIT has ended: nobody may subscribe any more. */
  closeSubscriptions(): void {
    this.history = undefined;
  }

  /** The processes are about to be stopped, and the listeners with them. */
  pause(): void {
    for (const subscriber of this.subscribers.values()) subscriber.pause();
  }

  /** They run again. */
  resume(): void {
    for (const subscriber of this.subscribers.values()) subscriber.resume();
  }

  /** Before the end: what waits leaves now, and what still comes leaves at once. Waits so long at most, milliseconds. */
  async flush(milliseconds: number): Promise<void> {
    const flushed = [...this.subscribers.values()].map((subscriber) => subscriber.flush());
    if (flushed.length > 0) await within(Promise.all(flushed), milliseconds);
  }

  /** Gives everything back; what has not left is gone. */
  close(): void {
    this.history = undefined;
    for (const subscriber of this.subscribers.values()) subscriber.close();
    this.subscribers.clear();
  }

  private keep(event: StoredEvent): void {
    this.history?.add(event);
    for (const subscriber of this.subscribers.values()) subscriber.add(event);
  }

  private store(
    category: Category,
    { type, record }: Pick<StoredEvent, "type"> & { readonly record: unknown },
  ): StoredEvent {
    const json = JSON.stringify({ time: new Date().toISOString(), type, record });
    return { serial: this.serial++, category, type, json, bytes: Buffer.byteLength(json) };
  }

  private warnOnce(name: string, message: string): void {
    if (!this.warned.has(name)) this.options.warn(message);
    this.warned.add(name);
  }
}
