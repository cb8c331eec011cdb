// When a batch leaves, what waits behind it, and what happens where it is not taken: with a clock of the test's own.
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { Loss, StoredEvent } from "../../../src/emulator/telemetry/backlog.ts";
import { Subscriber } from "../../../src/emulator/telemetry/subscriber.ts";
import type { Buffering, Category } from "../../../src/emulator/telemetry/subscription.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

interface Sent {
  readonly events: readonly string[];
  readonly signal: AbortSignal;
  readonly taken: () => void;
  readonly refused: (reason: string) => void;
}

let serial = 0;
function event(json: string, category: Category = "function", bytes = json.length): StoredEvent {
  return { serial: serial++, category, type: category === "platform" ? "platform.start" : category, json, bytes };
}

/** A subscriber whose listener is the test. */
function subscribe(buffering: Partial<Buffering> = {}) {
  const sent: Sent[] = [];
  const warnings: string[] = [];
  let closed = false;
  const subscriber = new Subscriber({
    name: "one",
    subscription: {
      ...{ api: "Telemetry", schemaVersion: "2022-07-01", types: ["function"] },
      target: { protocol: "TCP", port: 1 },
      buffering: { maxItems: 3, maxBytes: 100, timeoutMs: 1000, ...buffering },
    },
    destination: {
      send: (events, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener("abort", () => reject(new Error("aborted")));
          sent.push({ events, signal, taken: resolve, refused: (reason) => reject(new Error(reason)) });
        }),
      close() {
        closed = true;
      },
    },
    policy: { attempt: 500, backoff: [100, 300] },
    dropped: ({ records, bytes, reason }: Loss) => event(`dropped ${records} ${bytes} ${reason}`),
    onLoss: (reason) => warnings.push(reason),
  });
  return {
    ...{ subscriber, sent, warnings },
    events: () => sent.map(({ events }) => events),
    add(...texts: string[]) {
      for (const text of texts) subscriber.add(event(text));
    },
    get closed() {
      return closed;
    },
    /** What was answered takes its turn. */
    settle: () => vi.advanceTimersByTimeAsync(0),
  };
}

describe("a batch leaves", () => {
  test("when its first event has waited long enough", async () => {
    const { add, events } = subscribe();
    add("a");
    await vi.advanceTimersByTimeAsync(900);
    add("b");
    await vi.advanceTimersByTimeAsync(99);
    expect(events()).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(events()).toEqual([["a", "b"]]);
  });

  test("when there are enough events", () => {
    const { add, events } = subscribe();
    add("a", "b");
    expect(events()).toEqual([]);
    add("c");
    expect(events()).toEqual([["a", "b", "c"]]);
  });

  test("when there are enough bytes, the event that makes them enough included", () => {
    const { add, events } = subscribe();
    const [first, second] = ["x".repeat(99), "y".repeat(60)];
    add(first);
    expect(events()).toEqual([]);
    add(second);
    expect(events()).toEqual([[first, second]]);
  });

  test("with events of the types that were subscribed to only", () => {
    const { subscriber, add, events } = subscribe();
    subscriber.add(event("platform", "platform"));
    subscriber.add(event("extension", "extension"));
    add("a", "b", "c");
    expect(events()).toEqual([["a", "b", "c"]]);
  });

  test("one after the other: what comes meanwhile waits, and goes at once where it is enough", async () => {
    const { add, sent, events, settle } = subscribe();
    add("a", "b", "c", "d", "e", "f", "g");
    await vi.advanceTimersByTimeAsync(400);
    expect(events()).toEqual([["a", "b", "c"]]);
    sent[0]?.taken();
    await settle();
    expect(events()).toEqual([
      ["a", "b", "c"],
      ["d", "e", "f"],
    ]);
    sent[1]?.taken();
    await vi.advanceTimersByTimeAsync(1000);
    expect(events()[2]).toEqual(["g"]);
  });
});

describe("a listener that does not take it", () => {
  test("is tried again, with pauses that grow", async () => {
    const { add, sent, events, warnings, settle } = subscribe();
    add("a", "b", "c");
    sent[0]?.refused("refused");
    await vi.advanceTimersByTimeAsync(99);
    expect(sent.length).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent.length).toBe(2);
    sent[1]?.refused("refused");
    await vi.advanceTimersByTimeAsync(299);
    expect(sent.length).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    sent[2]?.taken();
    await settle();
    expect(events()).toEqual([
      ["a", "b", "c"],
      ["a", "b", "c"],
      ["a", "b", "c"],
    ]);
    expect(warnings).toEqual([]);
  });

  test("loses the batch after the last try, and is told so with the next", async () => {
    const { add, sent, warnings, events } = subscribe();
    add("a", "b", "c");
    for (const pause of [100, 300, 0]) {
      sent.at(-1)?.refused("connect ECONNREFUSED");
      await vi.advanceTimersByTimeAsync(pause);
    }
    expect(warnings).toEqual(["connect ECONNREFUSED"]);
    // Nothing else comes: the loss is told all the same.
    await vi.advanceTimersByTimeAsync(1000);
    expect(events()[3]).toEqual(["dropped 3 3 The listener did not take a batch: connect ECONNREFUSED"]);
    // And where that is not taken either, it is not forgotten.
    for (const pause of [100, 300, 0]) {
      sent.at(-1)?.refused("still not");
      await vi.advanceTimersByTimeAsync(pause);
    }
    add("d", "e", "f");
    expect(events().at(-1)).toEqual([
      ...["d", "e", "f"],
      "dropped 3 3 The listener did not take a batch: connect ECONNREFUSED",
    ]);
  });

  test("and hangs: each try ends by itself", async () => {
    const { add, sent, warnings } = subscribe();
    add("a", "b", "c");
    await vi.advanceTimersByTimeAsync(499);
    expect(sent[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent[0]?.signal.aborted).toBe(true);
    await vi.advanceTimersByTimeAsync(100 + 500 + 300 + 500);
    expect(sent.length).toBe(3);
    expect(warnings).toEqual(["it took longer than 500 ms"]);
  });

  test("too much behind it is counted, not kept: eight batches of events", async () => {
    const { add, sent, events, settle, warnings } = subscribe();
    add("a", "b", "c");
    add(...Array.from({ length: 24 }, (_, i) => String(i)));
    expect(warnings).toEqual([]);
    add(...Array.from({ length: 6 }, (_, i) => String(24 + i)));
    expect(new Set(warnings)).toEqual(new Set(["it takes them more slowly than they come"]));
    sent[0]?.taken();
    await settle();
    expect(events()[1]).toEqual(["0", "1", "2", "dropped 6 12 The listener takes events more slowly than they come"]);
    for (let batch = 1; batch < 8; batch++) {
      sent[batch]?.taken();
      await settle();
    }
    expect(events().at(-1)).toEqual(["21", "22", "23"]);
  });

  test("too much behind it is counted, not kept: eight times the bytes of a batch", async () => {
    const { add, sent, events, settle } = subscribe({ maxItems: 1000 });
    add("x".repeat(100));
    add(...Array.from({ length: 10 }, () => "y".repeat(90)));
    sent[0]?.taken();
    await settle();
    expect(events()[1]?.at(-1)).toBe("dropped 2 180 The listener takes events more slowly than they come");
  });

  test("an event larger than everything is sent alone", () => {
    const { add, events } = subscribe();
    const huge = "x".repeat(5000);
    add(huge);
    expect(events()).toEqual([[huge]]);
  });
});

describe("while it is frozen", () => {
  test("nothing leaves, and what is over time leaves at the thaw", async () => {
    const { subscriber, add, events } = subscribe();
    add("a");
    subscriber.pause();
    await vi.advanceTimersByTimeAsync(60_000);
    add("b", "c");
    expect(events()).toEqual([]);
    subscriber.resume();
    expect(events()).toEqual([["a", "b", "c"]]);
  });

  test("a batch that is under way is not late", async () => {
    const { subscriber, add, sent } = subscribe();
    add("a", "b", "c");
    subscriber.pause();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent[0]?.signal.aborted).toBe(false);
    subscriber.resume();
    await vi.advanceTimersByTimeAsync(500);
    expect(sent[0]?.signal.aborted).toBe(true);
  });

  test("time goes on: many short wakes don't keep a batch back", async () => {
    const { subscriber, add, events } = subscribe();
    add("a");
    for (let i = 0; i < 1000; i++) {
      subscriber.pause();
      await vi.advanceTimersByTimeAsync(1);
      expect(events()).toEqual([]);
      if (i < 999) subscriber.resume();
    }
    subscriber.resume();
    expect(events()).toEqual([["a"]]);
  });

  test("short wakes add up for a listener that hangs", async () => {
    const { subscriber, add, sent } = subscribe();
    add("a", "b", "c");
    for (let i = 0; i < 499; i++) {
      await vi.advanceTimersByTimeAsync(1);
      subscriber.pause();
      await vi.advanceTimersByTimeAsync(10);
      subscriber.resume();
    }
    expect(sent[0]?.signal.aborted).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    expect(sent[0]?.signal.aborted).toBe(true);
  });

  test("nothing is tried again", async () => {
    const { subscriber, add, sent, settle } = subscribe();
    add("a", "b", "c");
    subscriber.pause();
    sent[0]?.refused("reset");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(sent.length).toBe(1);
    subscriber.resume();
    await vi.advanceTimersByTimeAsync(100);
    expect(sent.length).toBe(2);
    await settle();
  });
});

describe("at the end", () => {
  test("what waits leaves at once, what still comes soon after, and only the former is waited for", async () => {
    const { subscriber, add, sent, events, settle } = subscribe();
    add("a", "b", "c", "d");
    sent[0]?.taken();
    await settle();
    let over = false;
    void subscriber.flush().then(() => {
      over = true;
    });
    expect(events()).toEqual([["a", "b", "c"], ["d"]]);
    add("e");
    await settle();
    expect(over).toBe(false);
    sent[1]?.taken();
    await settle();
    expect(over).toBe(true);
    await vi.advanceTimersByTimeAsync(24);
    expect(events().length).toBe(2);
    await vi.advanceTimersByTimeAsync(1);
    expect(events()[2]).toEqual(["e"]);
  });

  test("several batches leave one after the other, and all of them are waited for", async () => {
    const { subscriber, add, sent, events, settle } = subscribe();
    add("a", "b", "c", "d", "e");
    const flushed = subscriber.flush();
    for (let i = 0; i < 2; i++) {
      sent[i]?.taken();
      await settle();
    }
    await flushed;
    expect(events()).toEqual([
      ["a", "b", "c"],
      ["d", "e"],
    ]);
  });

  test("a listener that logs what it is sent, and is sent what it logs, is not driven by it", async () => {
    const { subscriber, add, sent, settle } = subscribe();
    add("a");
    void subscriber.flush();
    for (let answered = 0; answered < 3; answered++) {
      add("another line");
      sent.at(-1)?.taken();
      await settle();
      await vi.advanceTimersByTimeAsync(25);
    }
    expect(sent.length).toBe(4);
  });

  test("with nothing to send there is nothing to wait for", async () => {
    await subscribe().subscriber.flush();
  });

  test("closing ends waiting, timers and tries", async () => {
    const world = subscribe();
    world.add("a", "b", "c", "d");
    const flushed = world.subscriber.flush();
    expect(world.subscriber.close().map(({ json }) => json)).toEqual(["a", "b", "c", "d"]);
    await flushed;
    world.sent[0]?.refused("gone");
    world.add("e");
    await vi.advanceTimersByTimeAsync(60_000);
    expect(world.sent.length).toBe(1);
    expect(world.closed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });
});
