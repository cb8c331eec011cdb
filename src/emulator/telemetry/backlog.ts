// Events that wait: in order, up to a limit; what is beyond it is counted instead of kept.
import type { PlatformType } from "./platform-event.ts";
import type { Category } from "./subscription.ts";

/** An event, ready to be sent. */
export interface StoredEvent {
  /** Rises with each event of an environment. */
  readonly serial: number;
  readonly category: Category;
  readonly type: PlatformType | "function" | "extension";
  /** The event as JSON, and its length in bytes. */
  readonly json: string;
  readonly bytes: number;
}

/** What was not kept. */
export interface Loss {
  readonly records: number;
  readonly bytes: number;
  readonly reason: string;
}

/** A queue of events. */
export class Backlog {
  readonly limit: { readonly items: number; readonly bytes: number };
  private events: StoredEvent[] = [];
  private held = 0;
  private lost: Loss | undefined;

  constructor(limit: { readonly items: number; readonly bytes: number }) {
    this.limit = limit;
  }

  /** How many events wait. */
  get items(): number {
    return this.events.length;
  }

  /** How long they are together. */
  get bytes(): number {
    return this.held;
  }

  /** Whether there is nothing to tell, not even of a loss. */
  get isEmpty(): boolean {
    return this.events.length === 0 && this.lost === undefined;
  }

  /** The newest is what is not kept: what is there is older, and its order has no gaps. One event always has room. Tells whether it is kept. */
  add(event: StoredEvent): boolean {
    const full = this.events.length >= this.limit.items || this.held + event.bytes > this.limit.bytes;
    if (full && this.events.length > 0) {
      this.lose({ records: 1, bytes: event.bytes, reason: "The listener takes events more slowly than they come" });
      return false;
    }
    this.events.push(event);
    this.held += event.bytes;
    return true;
  }

  /** Counts what was lost; the latest reason is the one that is told. */
  lose({ records, bytes, reason }: Loss): void {
    const before = this.lost ?? { records: 0, bytes: 0 };
    this.lost = { records: before.records + records, bytes: before.bytes + bytes, reason };
  }

  /** What has not been kept so far. */
  get loss(): Loss | undefined {
    return this.lost;
  }

  /** Takes the loss out. */
  takeLoss(): Loss | undefined {
    const { lost } = this;
    this.lost = undefined;
    return lost;
  }

  /** Takes the oldest events: up to `items`, and no more once they have reached `bytes`. */
  take({ items, bytes }: { readonly items: number; readonly bytes: number }): StoredEvent[] {
    let count = 0;
    let length = 0;
    while (count < items && length < bytes) {
      const event = this.events[count];
      if (!event) break;
      length += event.bytes;
      count++;
    }
    this.held -= length;
    return this.events.splice(0, count);
  }

  /** What waits, to look at. */
  get all(): readonly StoredEvent[] {
    return this.events;
  }
}
