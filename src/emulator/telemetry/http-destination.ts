// A listener that speaks HTTP: one request for each batch, a JSON array.
import { Agent, type IncomingMessage, request } from "node:http";
import type { Destination } from "./destination.ts";
import type { Target } from "./subscription.ts";

/**
 * Everything below 400 means taken; the path is honoured, as AWS documents it (its core for managed instances drops it). The environment
 * shares this machine's network, so that `sandbox.localdomain` is our loopback too.
 */
export function httpDestination(target: Extract<Target, { protocol: "HTTP" }>): Destination {
  const agent = new Agent({ keepAlive: true });
  let last: IncomingMessage | undefined;
  return {
    send(events, signal) {
      // An answer that never ended: its connection is of no more use.
      if (last && !last.complete) last.destroy();
      const body = Buffer.from(`[${events.join(",")}]`);
      return new Promise((resolve, reject) => {
        const sent = request({
          ...{ host: "127.0.0.1", port: target.port, path: target.path, method: target.method, agent, signal },
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
    close: () => agent.destroy(),
  };
}
