// The Runtime API's routes, below /2018-06-01.
import type { IncomingMessage, ServerResponse } from "node:http";
import { send, sendNotFound } from "../answer.ts";
import type { RuntimeCalls } from "../calls.ts";
import { runtimeError, runtimeInitError } from "./error.ts";
import { runtimeNext } from "./next.ts";
import { runtimeResponse } from "./response.ts";

const invocation = "/runtime/invocation/";

/** Answers a call; `path` is what follows the version. */
export function routeRuntime(
  calls: RuntimeCalls,
  path: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  if (request.method === "GET") {
    if (path === "/runtime/invocation/next") {
      runtimeNext(calls, response);
      return;
    }
    // Not in the documentation, but old clients use it.
    if (path === "/ping") {
      send(response, 200, { headers: { "Content-Type": "text/plain" }, body: "pong" });
      return;
    }
  }
  if (request.method === "POST") {
    if (path === "/runtime/init/error") {
      runtimeInitError(calls, { request, response });
      return;
    }
    if (path.startsWith(invocation)) {
      const [requestId = "", kind, ...more] = path.slice(invocation.length).split("/");
      if (more.length === 0 && kind === "response") {
        runtimeResponse(calls, { request, response, requestId });
        return;
      }
      if (more.length === 0 && kind === "error") {
        runtimeError(calls, { request, response, requestId });
        return;
      }
    }
  }
  request.resume();
  sendNotFound(response);
}
