// Says in words what AWS leaves to be guessed: an extension that registered under another name than its file's is taken for an
// internal one, and INIT then waits for the file in vain.
import type { Extensions } from "./extensions.ts";

/** The explanation; undefined where every file registered. */
export function nameMismatch(extensions: Extensions): string | undefined {
  const missing = extensions.unregistered().filter(({ state }) => state !== "LaunchError");
  if (missing.length === 0) return undefined;
  const files = missing.map(({ name }) => name).join(", ");
  const internal = extensions.registered().filter(({ external }) => !external);
  if (internal.length === 0) return `INIT failed before these extensions had registered: ${files}.`;
  const names = internal.map(({ name }) => name).join(", ");
  return (
    `INIT waited in vain for the extension ${files} to register, while ${names} registered without being a file of ` +
    "/opt/extensions: Lambda-Extension-Name must be the file's name."
  );
}
