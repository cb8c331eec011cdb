// A server that answers when the test says so: programs in an environment wait at it.
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** A place to wait at. */
export interface Gate {
  readonly url: string;
  /** Lets the next one through, whether it is there already or comes later. */
  open(): void;
  /** Resolves when somebody waits. */
  reached(): Promise<void>;
  close(): Promise<void>;
}

/** Opens the server. */
export async function createGate(): Promise<Gate> {
  const waiting: (() => void)[] = [];
  const watching: (() => void)[] = [];
  let passes = 0;
  const server = createServer((_request, response) => {
    const pass = () => void response.end();
    for (const seen of watching.splice(0)) seen();
    if (passes > 0) {
      passes--;
      pass();
    } else {
      waiting.push(pass);
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    open() {
      const pass = waiting.shift();
      if (pass) pass();
      else passes++;
    },
    reached: () => (waiting.length > 0 ? Promise.resolve() : new Promise((resolve) => watching.push(resolve))),
    close() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
