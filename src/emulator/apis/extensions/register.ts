// POST /extension/register: an extension says who it is and what it wants to hear of.
import type { IncomingMessage, ServerResponse } from "node:http";
import { sendJson, sendRefusal } from "../answer.ts";
import type { ExtensionCalls } from "../calls.ts";
import { readBody } from "../read-body.ts";
import { forbidden, type Refusal } from "../refusal.ts";

const bodyLimit = 256 * 1024;

/** Takes a registration. */
export function registerExtension(calls: ExtensionCalls, request: IncomingMessage, response: ServerResponse): void {
  readBody(request, bodyLimit, ({ body }) => {
    const name = request.headers["lambda-extension-name"];
    if (typeof name !== "string" || name === "") {
      sendRefusal(response, forbidden("Extension.InvalidExtensionName", "Empty extension name"));
      return;
    }
    const events = readEvents(body);
    if ("status" in events) {
      sendRefusal(response, events);
      return;
    }
    const result = calls.register({ name, events, wantsAccountId: wantsAccountId(request) });
    if ("status" in result) {
      sendRefusal(response, result);
      return;
    }
    const { identifier, functionName, functionVersion, handler, accountId } = result;
    sendJson(response, 200, {
      document: { functionName, functionVersion, handler, ...(accountId ? { accountId } : {}) },
      headers: { "Lambda-Extension-Identifier": identifier },
    });
  });
}

/** The features are a list with commas; unknown ones are for later versions. */
function wantsAccountId(request: IncomingMessage): boolean {
  const features = request.headers["lambda-extension-accept-feature"];
  return typeof features === "string" && features.split(",").some((feature) => feature.trim() === "accountId");
}

function readEvents(body: Buffer): readonly string[] | Refusal {
  let document: unknown;
  try {
    document = JSON.parse(body.toString("utf8"));
  } catch (error) {
    return forbidden("InvalidRequestFormat", error instanceof Error ? error.message : String(error));
  }
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    return forbidden("InvalidRequestFormat", "The body of register must be a JSON object");
  }
  const { events = [], configurationKeys = [] } = document as Record<string, unknown>;
  if (Array.isArray(configurationKeys) && configurationKeys.length > 0) {
    return forbidden("InvalidRequestFormat", "configurationKeys are deprecated; please remove it from the request");
  }
  const list = events === null ? [] : events;
  if (!Array.isArray(list) || !list.every((event) => typeof event === "string")) {
    return forbidden("InvalidRequestFormat", "events must be a list of strings");
  }
  return list;
}
