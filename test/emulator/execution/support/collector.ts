// A server outside of all environments: the listeners of test extensions hand it what they were sent.
import { createServer } from "node:http";

/** An event as it arrived. */
export interface CollectedEvent {
  readonly time: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a record is whatever the event's type says; the tests look.
  readonly record: any;
}

/** One batch. */
export interface Collected {
  readonly extension: string;
  /** `TCP` where there was none. */
  readonly method: string;
  readonly path: string;
  readonly events: readonly CollectedEvent[];
}

/** What has arrived. */
export interface Collector {
  readonly port: number;
  readonly batches: Collected[];
  /** The events for an extension, in order. */
  events(extension: string): CollectedEvent[];
  types(extension: string): string[];
  /** Resolves with an extension's events as soon as they are as wanted. */
  until(extension: string, wanted: (events: readonly CollectedEvent[]) => boolean): Promise<CollectedEvent[]>;
  close(): Promise<void>;
}

/** Opens one on a free port. */
export async function openCollector(): Promise<Collector> {
  const batches: Collected[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const url = new URL(request.url ?? "", "http://collector");
      batches.push({
        extension: decodeURIComponent(url.pathname.slice(1)),
        method: url.searchParams.get("method") ?? "",
        path: url.searchParams.get("path") ?? "",
        events: JSON.parse(Buffer.concat(chunks).toString()),
      });
      response.end();
      for (const watcher of watchers) watcher();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address of its own");
  const events = (extension: string) =>
    batches.filter((batch) => batch.extension === extension).flatMap((b) => b.events);
  return {
    ...{ port: address.port, batches, events },
    types: (extension) => events(extension).map(({ type }) => type),
    until(extension, wanted) {
      return new Promise((resolve) => {
        const look = () => {
          const found = events(extension);
          if (!wanted(found)) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        look();
      });
    },
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
