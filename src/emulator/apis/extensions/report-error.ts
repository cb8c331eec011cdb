// POST /extension/init/error and /extension/exit/error: an extension says why it is about to end.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendAccepted, sendRefusal } from "../answer.ts";
import type { ExtensionCalls } from "../calls.ts";
import { readBody } from "../read-body.ts";
import { forbidden } from "../refusal.ts";
import { identify } from "./identify.ts";

const bodyLimit = 256 * 1024;

/** Takes the report. Its body is the extension's own affair: AWS's core doesn't pass it on either. */
export function reportExtensionError(
  calls: ExtensionCalls,
  phase: "init" | "exit",
  { request, response }: { request: IncomingMessage; response: ServerResponse },
): void {
  readBody(request, bodyLimit, () => {
    const caller = identify(calls, request, false);
    if (typeof caller !== "string") {
      sendRefusal(response, caller);
      return;
    }
    if (!request.headers["lambda-extension-function-error-type"]) {
      const text = "Lambda-Extension-Function-Error-Type not found";
      sendRefusal(response, forbidden("Extension.MissingHeader", text));
      return;
    }
    const refusal = calls.reportError(caller, phase);
    if (refusal) sendRefusal(response, refusal);
    else sendAccepted(response);
  });
}
