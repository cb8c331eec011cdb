// A listener in the test's own process: takes batches over HTTP, as it is told to.
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";

interface ReceivedEvent {
  readonly time: string;
  readonly type: string;
  // biome-ignore lint/suspicious/noExplicitAny: a record is whatever the event's type says; the tests look.
  readonly record: any;
}

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly events: readonly ReceivedEvent[];
}

/** What has come, and where to send it. */
export interface Listener {
  readonly port: number;
  readonly destination: { readonly protocol: "HTTP"; readonly URI: string };
  readonly requests: Received[];
  readonly events: ReceivedEvent[];
  /** Resolves when so many events have come. */
  until(events: number): Promise<void>;
  close(): Promise<void>;
}

/** Opens one; `answer` may hang, refuse or wait. */
export async function openListener(
  answer: (response: ServerResponse) => void = (response) => response.end(),
): Promise<Listener> {
  const requests: Received[] = [];
  const events: ReceivedEvent[] = [];
  let watch = () => {};
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk) => chunks.push(chunk));
    request.on("end", () => {
      const { method, url, headers } = request;
      const batch = JSON.parse(Buffer.concat(chunks).toString());
      requests.push({ method, url, headers, events: batch });
      events.push(...batch);
      answer(response);
      watch();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has an address of its own");
  const { port } = address;
  return {
    ...{ port, requests, events },
    destination: { protocol: "HTTP", URI: `http://sandbox.localdomain:${port}/` },
    until: (wanted) =>
      new Promise((resolve) => {
        watch = () => {
          if (events.length >= wanted) resolve();
        };
        watch();
      }),
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}
