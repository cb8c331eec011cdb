// The server that an environment's processes find at AWS_LAMBDA_RUNTIME_API: one for each environment, so that a port says who calls.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { machineNetwork, type Network } from "../sandbox/network/network.ts";
import { send, sendNotFound, sendRefusal } from "./answer.ts";
import type { EnvironmentCalls } from "./calls.ts";
import { routeExtensions } from "./extensions/routes.ts";
import { headerOf } from "./header.ts";
import { forbidden } from "./refusal.ts";
import { routeRuntime } from "./runtime/routes.ts";
import { routeSubscription } from "./telemetry/routes.ts";

/** A server that listens. */
export interface ApiServer {
  /** `127.0.0.1:PORT`, without a scheme. */
  readonly address: string;
  close(): Promise<void>;
}

/** Starts the server where the environment's processes find it; `current` is asked with every call, since a reset puts other processes in place of the old ones. */
export async function startApiServer(
  current: () => EnvironmentCalls | undefined,
  network: Network = machineNetwork,
): Promise<ApiServer> {
  // A long poll outlives every time limit that Node has: an idle function may wait for hours.
  const server = createServer(
    { keepAlive: true, noDelay: true, requestTimeout: 0, maxHeaderSize },
    (request, response) => {
      route(current(), request, response);
    },
  );
  server.headersTimeout = 0;
  server.keepAliveTimeout = 0;
  server.timeout = 0;
  // Node would close a connection after so many requests by itself only if asked; this keeps it so.
  server.maxRequestsPerSocket = 0;
  return {
    address: await network.serve(server),
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      return closed;
    },
  };
}

/** That of Go, in which AWS's core is written: X-Ray causes come in a header, and clients send up to 1 MiB of them. */
const maxHeaderSize = 1024 * 1024 + 4096;

/** Whoever may call needs no key, as on Lambda: a page in the user's browser could take events, or answer them. */
function isWebPage(request: IncomingMessage): boolean {
  const origin = headerOf(request, "origin");
  const host = headerOf(request, "host");
  // An image or a script of a page comes without an Origin, but says that a browser has sent it.
  if (headerOf(request, "sec-fetch-site") !== undefined) return true;
  return origin !== undefined || (host !== undefined && !here.test(host));
}

/** This machine, or a single word: what a hand-written client sends, and no name that a page could have bent to this machine. */
const here = /^(?:127(?:\.\d{1,3}){3}|sandbox\.localdomain|[\w-]*)(?::\d{1,5})?$/i;

const runtimeVersion = "/2018-06-01";
const extensionsVersion = "/2020-01-01";

function route(calls: EnvironmentCalls | undefined, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url ?? "";
  const query = url.indexOf("?");
  const path = query < 0 ? url : url.slice(0, query);
  if (isWebPage(request)) {
    request.resume();
    sendRefusal(response, forbidden("AccessDeniedException", "Web pages are not answered."));
  } else if (!calls) {
    // Only what outlived its environment for a moment gets here.
    request.resume();
    send(response, 500, {
      headers: { "Content-Type": "application/json" },
      body: '{"errorMessage":"Internal Server Error","errorType":"InternalServerError"}\n',
    });
  } else if (path.startsWith(runtimeVersion)) {
    routeRuntime(calls.runtime, path.slice(runtimeVersion.length), { request, response });
  } else if (path.startsWith(extensionsVersion)) {
    routeExtensions(calls.extensions, path.slice(extensionsVersion.length), { request, response });
  } else if (path === "/2022-07-01/telemetry") {
    routeSubscription(calls, "Telemetry", { request, response });
  } else if (path === "/2020-08-15/logs") {
    routeSubscription(calls, "Logs", { request, response });
  } else {
    request.resume();
    sendNotFound(response);
  }
}
