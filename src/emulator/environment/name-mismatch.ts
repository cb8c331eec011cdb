// Says in words what AWS leaves to be guessed: an extension that registered under another name than its file's is taken for an
// internal one, and INIT then waits for the file in vain.
import type { Extensions } from "./extensions.ts";

/** The explanation; undefined where every file registered. */
export function nameMismatch(extensions: Extensions): string | undefined {
  const missing = extensions.unregistered().filter(({ state }) => state !== "LaunchError");
  if (missing.length === 0) return undefined;
  const files = missing.map(({ name }) => name).join(", ");
  if (extensions.strangers.size === 0) return undefined;
  const names = [...extensions.strangers].join(", ");
  return (
    `INIT waited in vain for the extension ${files} to register, while something called itself ${names}, which is no file of ` +
    "/opt/extensions: Lambda-Extension-Name must be the file's name."
  );
}
