// One subscription and its delivery: what waits, when a batch leaves, what happens where the listener does not take it. Nothing of the
// environment ever waits for this.
import { Backlog, type Loss, type StoredEvent } from "./backlog.ts";
import type { Destination } from "./destination.ts";
import { PausableTimer } from "./pausable-timer.ts";
import { type Subscription, schemaHas } from "./subscription.ts";

/** How patient delivery is; milliseconds. AWS publishes neither number. */
export interface DeliveryPolicy {
  /** How long a listener may take over a batch. */
  readonly attempt: number;
  /** The pause before each further try. */
  readonly backoff: readonly number[];
}

/** A hanging listener loses its first batch after nine seconds of running time, one that refuses after one and a half. */
export const defaultPolicy: DeliveryPolicy = { attempt: 2000, backoff: [100, 300, 1000] };

/**
 * How long events that come after a flush wait for company, milliseconds: the least that AWS lets anybody choose. At once would drive a
 * listener that logs what it is sent, and is sent what it logs, as fast as the machine can.
 */
const promptMilliseconds = 25;

/** How many full batches may wait behind the one that is under way. */
const batchesKept = 8;

interface SubscriberOptions {
  readonly name: string;
  readonly subscription: Subscription;
  readonly destination: Destination;
  readonly policy: DeliveryPolicy;
  /** Turns the loss into an event of its own. */
  readonly dropped: (loss: Loss) => StoredEvent;
  /** Told of every event that is not kept and every batch that is given up: often, where there are many. */
  readonly onLoss: (reason: string) => void;
}

/** One extension's subscription. */
export class Subscriber {
  readonly name: string;
  readonly subscription: Subscription;
  private readonly options: SubscriberOptions;
  private readonly backlog: Backlog;
  /** Runs since the first event that waits, frozen or not: what is over time then leaves at the thaw. */
  private age: NodeJS.Timeout | undefined;
  /** Of the batch that is under way: its limit, or the pause before the next try. */
  private readonly patience = new PausableTimer();
  /** What waits is to leave as soon as it can. */
  private due = false;
  private sending = false;
  private underWay: readonly StoredEvent[] = [];
  private paused = false;
  private closed = false;
  /** At the end nothing waits long for company any more. */
  private prompt = false;
  /** The last event that was there when it was flushed: all up to it leave at once. */
  private flushed = -1;
  private onResume: (() => void) | undefined;
  private onFlushed: (() => void)[] = [];

  constructor(options: SubscriberOptions) {
    this.options = options;
    this.name = options.name;
    this.subscription = options.subscription;
    const { maxItems, maxBytes } = options.subscription.buffering;
    this.backlog = new Backlog({ items: batchesKept * maxItems, bytes: batchesKept * maxBytes });
  }

  /** Whether the event is one that was subscribed to. */
  wants({ category, type }: StoredEvent): boolean {
    return this.subscription.types.includes(category) && schemaHas(this.subscription, type);
  }

  /** Takes an event that it wants; ignores others. */
  add(event: StoredEvent): void {
    if (this.closed || !this.wants(event)) return;
    if (!this.backlog.add(event)) this.options.onLoss("it takes them more slowly than they come");
    this.schedule();
  }

  /** Something was lost before it got here. */
  lose(loss: Loss): void {
    this.backlog.lose(loss);
    this.schedule();
  }

  /** The listener is about to be stopped: nothing leaves, and no try grows late. */
  pause(): void {
    this.paused = true;
    this.patience.pause();
  }

  /** It runs again: what has waited long enough leaves at once. */
  resume(): void {
    this.paused = false;
    this.patience.resume();
    this.onResume?.();
    this.onResume = undefined;
    this.send();
  }

  /** Sends what waits, and from now on everything soon; resolves when what waited has left or been given up, or when it is closed. */
  flush(): Promise<void> {
    this.prompt = true;
    this.due = true;
    this.flushed = (this.backlog.all.at(-1) ?? this.underWay.at(-1))?.serial ?? -1;
    this.send();
    if (this.isFlushed) return Promise.resolve();
    return new Promise((resolve) => this.onFlushed.push(resolve));
  }

  /** Ends it; gives what had not arrived. A batch that is under way is among it, and may arrive all the same. */
  close(): readonly StoredEvent[] {
    this.closed = true;
    clearTimeout(this.age);
    this.patience.clear();
    this.options.destination.close();
    this.tellFlushed();
    return [...this.underWay, ...this.backlog.all];
  }

  private get isFlushed(): boolean {
    const oldest = this.underWay[0] ?? this.backlog.all[0];
    return this.closed || oldest === undefined || oldest.serial > this.flushed;
  }

  private tellFlushed(): void {
    for (const resolve of this.onFlushed) resolve();
    this.onFlushed = [];
  }

  private get isFull(): boolean {
    const { maxItems, maxBytes } = this.subscription.buffering;
    return this.backlog.items >= maxItems || this.backlog.bytes >= maxBytes;
  }

  private schedule(): void {
    if (this.isFull) this.due = true;
    if (this.due) this.send();
    else this.startAge();
  }

  private get patienceForCompany(): number {
    const { timeoutMs } = this.subscription.buffering;
    return this.prompt ? Math.min(timeoutMs, promptMilliseconds) : timeoutMs;
  }

  private startAge(): void {
    this.age ??= setTimeout(() => {
      this.age = undefined;
      this.due = true;
      this.send();
    }, this.patienceForCompany).unref();
  }

  private send(): void {
    if (!this.due || this.sending || this.paused || this.closed || this.backlog.isEmpty) return;
    clearTimeout(this.age);
    this.age = undefined;
    const { maxItems: items, maxBytes: bytes } = this.subscription.buffering;
    const batch = this.backlog.take({ items, bytes });
    const loss = this.backlog.takeLoss();
    this.due = this.isFull || (this.backlog.all[0]?.serial ?? this.flushed + 1) <= this.flushed;
    if (!this.due && !this.backlog.isEmpty) this.startAge();
    this.sending = true;
    this.underWay = batch;
    void this.deliver(batch, loss).then(() => {
      this.sending = false;
      this.underWay = [];
      if (this.isFlushed) this.tellFlushed();
      if (!this.closed && !this.backlog.isEmpty) this.schedule();
    });
  }

  /** Tries, tries again, gives up; never rejects. */
  private async deliver(batch: readonly StoredEvent[], loss: Loss | undefined): Promise<void> {
    const events = batch.map(({ json }) => json);
    if (loss) events.push(this.options.dropped(loss).json);
    const { backoff } = this.options.policy;
    let problem = "";
    for (let tries = 0; tries <= backoff.length; tries++) {
      if (tries > 0) await this.wait(backoff[tries - 1] ?? 0);
      if (this.paused) await this.resumed();
      if (this.closed) return;
      try {
        await this.attempt(events);
        return;
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
    }
    if (this.closed) return;
    if (loss) this.backlog.lose(loss);
    const bytes = batch.reduce((sum, event) => sum + event.bytes, 0);
    const reason = `The listener did not take a batch: ${problem}`;
    if (batch.length > 0) this.backlog.lose({ records: batch.length, bytes, reason });
    this.options.onLoss(problem);
  }

  private async attempt(events: readonly string[]): Promise<void> {
    const { attempt } = this.options.policy;
    const limit = new AbortController();
    this.patience.start(attempt, () => limit.abort());
    try {
      await this.options.destination.send(events, limit.signal);
    } catch (error) {
      throw limit.signal.aborted ? new Error(`it took longer than ${attempt} ms`) : error;
    } finally {
      this.patience.clear();
    }
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => this.patience.start(milliseconds, resolve));
  }

  private resumed(): Promise<void> {
    return new Promise((resolve) => {
      this.onResume = resolve;
    });
  }
}
