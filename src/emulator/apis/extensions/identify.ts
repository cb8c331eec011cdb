// Finds out which extension is calling: every call but `register` carries its identifier.
import type { IncomingMessage } from "node:http";
import type { ExtensionCalls } from "../calls.ts";
import { forbidden, type Refusal } from "../refusal.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** The caller's identifier, or what it is to be told; `next` words an unknown one in its own way. */
export function identify(calls: ExtensionCalls, request: IncomingMessage, isNext: boolean): string | Refusal {
  const identifier = request.headers["lambda-extension-identifier"];
  if (typeof identifier !== "string" || identifier === "") {
    return forbidden("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header");
  }
  if (!uuid.test(identifier)) {
    return forbidden("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier");
  }
  if (calls.isRegistered(identifier)) return identifier;
  return forbidden(
    "Extension.UnknownExtensionIdentifier",
    isNext ? `Unknown extension ${identifier}` : "Unknown Lambda-Extension-Identifier",
  );
}
