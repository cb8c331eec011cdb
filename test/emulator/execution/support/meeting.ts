// A server at which functions wait for each other: that so many are at work at a time is then no matter of luck.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A place to meet. */
export interface Meeting {
  readonly url: string;
  readonly port: number;
  /** Resolves when so many are there. */
  gathered(count: number): Promise<void>;
  /** Lets those go who are there. */
  release(): void;
  close(): Promise<void>;
}

/** Opens the server. */
export async function openMeeting(): Promise<Meeting> {
  let present: (() => void)[] = [];
  const watchers = new Set<() => void>();
  const server = createServer((_request, response) => {
    present.push(() => void response.end("met"));
    for (const watch of watchers) watch();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ url: `http://127.0.0.1:${port}`, port },
    gathered: (count) =>
      new Promise((resolve) => {
        const watch = () => {
          if (present.length < count) return;
          watchers.delete(watch);
          resolve();
        };
        watchers.add(watch);
        watch();
      }),
    release() {
      for (const go of present) go();
      present = [];
    },
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
