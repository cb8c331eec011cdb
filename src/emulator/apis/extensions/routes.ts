// The Extensions API's routes, below /2020-01-01.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendNotFound } from "../answer.ts";
import type { ExtensionCalls } from "../calls.ts";
import { extensionNext } from "./next.ts";
import { registerExtension } from "./register.ts";
import { reportExtensionError } from "./report-error.ts";

/** Answers a call; `path` is what follows the version. */
export function routeExtensions(
  calls: ExtensionCalls,
  path: string,
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  if (!calls.enabled) {
    request.resume();
    response.writeHead(404, { "Content-Length": 0 });
    response.end();
    return;
  }
  const call = `${request.method} ${path}`;
  if (call === "GET /extension/event/next") {
    extensionNext(calls, request, response);
    return;
  }
  if (call === "POST /extension/register") {
    registerExtension(calls, request, response);
    return;
  }
  if (call === "POST /extension/init/error") {
    reportExtensionError(calls, "init", { request, response });
    return;
  }
  if (call === "POST /extension/exit/error") {
    reportExtensionError(calls, "exit", { request, response });
    return;
  }
  request.resume();
  sendNotFound(response);
}
