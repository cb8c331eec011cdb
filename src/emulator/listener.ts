// The HTTP server of the endpoint: on loopback alone, and without the time-outs that would cut long invocations.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toolError } from "../model/errors.ts";

/** What answers requests. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** A server that listens; requests wait until it is told who answers them. */
export interface Listener {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  readonly port: number;
  serve(handler: Handler): void;
  /** Takes no new connections, and cuts those that are left. */
  close(): Promise<void>;
}

/** Listens on a port of 127.0.0.1; on a free one for 0. */
export async function listenOnLoopback(port: number): Promise<Listener> {
  let handler: Handler | undefined;
  const waiting: (() => void)[] = [];
  const answer: Handler = (request, response) => {
    if (handler) handler(request, response);
    else waiting.push(() => handler?.(request, response));
  };
  // An invocation may take fifteen minutes, and a frozen extension keeps its connection for hours.
  const server = createServer({ noDelay: true, requestTimeout: 0, headersTimeout: 0, keepAliveTimeout: 0 }, answer);
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    // The interim answer asks for the body, and is sent when somebody wants to read it; a refusal that needs none goes out instead,
    // and with it the connection: whether the client sends its body all the same is not known.
    const { shouldKeepAlive } = response;
    response.shouldKeepAlive = false;
    const ask = (event: string | symbol) => {
      if (event !== "data" && event !== "readable") return;
      request.off("newListener", ask);
      response.shouldKeepAlive = shouldKeepAlive;
      response.writeContinue();
    };
    request.on("newListener", ask);
    answer(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        toolError(`The local endpoint cannot listen on 127.0.0.1:${port}: ${cause.message}.`, {
          code: "PortUnavailable",
          hint: "Take another port, or leave it to the endpoint to find a free one.",
          cause,
        }),
      );
    });
    server.listen(port, "127.0.0.1", resolve);
  });
  // A connection that could not be taken, where this process has no file descriptor left, is the caller's loss alone.
  server.on("error", () => {});
  const address = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    serve(next) {
      handler = next;
      for (const serveOne of waiting.splice(0)) serveOne();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
