// A listener that speaks HTTP: one request for each batch, a JSON array.
import { Agent, type IncomingMessage, request } from "node:http";
import type { Socket } from "node:net";
import type { Connect } from "../sandbox/network/network.ts";
import type { Destination } from "./destination.ts";
import type { Target } from "./subscription.ts";

/** Everything below 400 means taken; the path is honoured, as AWS documents it (its core for managed instances drops it). */
export function httpDestination(target: Extract<Target, { protocol: "HTTP" }>, connect: Connect): Destination {
  const agent = new Agent({ keepAlive: true });
  let closed = false;
  agent.createConnection = (_options, callback) => {
    connect(target.port).then(
      (socket) => {
        if (closed) socket.destroy();
        callback?.(null, socket);
      },
      // Node wants a stream beside the error, and does not look at it.
      (error: Error) => callback?.(error, undefined as unknown as Socket),
    );
    return undefined;
  };
  let last: IncomingMessage | undefined;
  return {
    send(events, signal) {
      // An answer that never ended: its connection is of no more use.
      if (last && !last.complete) last.destroy();
      const body = Buffer.from(`[${events.join(",")}]`);
      return new Promise((resolve, reject) => {
        const sent = request({
          ...{ path: target.path, method: target.method, agent, signal },
          headers: { Host: target.hostHeader, "Content-Type": "application/json", "Content-Length": body.length },
        });
        sent.on("error", reject);
        sent.on("response", (response) => {
          last = response;
          response.on("error", () => {});
          response.resume();
          const { statusCode = 0 } = response;
          if (statusCode < 400) resolve();
          else reject(new Error(`it answered with status ${statusCode}`));
        });
        sent.end(body);
      });
    },
    close() {
      closed = true;
      agent.destroy();
    },
  };
}
