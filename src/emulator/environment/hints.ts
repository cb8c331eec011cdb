// Says in words what AWS leaves to be guessed: whom a phase has waited for in vain, and why.
import type { Failure } from "./failure.ts";
import type { Generation } from "./generation.ts";

/** After an INIT that failed; undefined where the log says all that there is to say. */
export function initHint({ extensions, runtime }: Generation, { timedOut }: Failure): string | undefined {
  const missing = extensions.unregistered().filter(({ state }) => state !== "LaunchError");
  if (missing.length > 0 && extensions.strangers.size > 0) {
    const names = [...extensions.strangers].join(", ");
    return (
      `INIT waited in vain for the extension ${namesOf(missing)} to register, while something called itself ${names}, which is no file of ` +
      "/opt/extensions: Lambda-Extension-Name must be the file's name."
    );
  }
  if (!timedOut) return undefined;
  if (missing.length > 0) {
    return `INIT waited in vain for the extension ${namesOf(missing)} to register: the runtime starts when all have.`;
  }
  const silent = extensions.registered().filter(({ state }) => state === "Registered");
  if (silent.length > 0) {
    return (
      `INIT waited in vain for the extension ${namesOf(silent)} to ask for its first event: ` +
      "all that have registered must, whether they take events or not."
    );
  }
  if (runtime.state === "InitError") {
    return "INIT waited in vain for the runtime to exit: it has reported an error of its start, and must end at once then.";
  }
  return runtime.state === "Started" ? "INIT waited in vain for the runtime to ask for its first event." : undefined;
}

/** After an invocation that failed; undefined where the function itself was too slow. */
export function invokeHint({ extensions, runtime }: Generation, { timedOut }: Failure): string | undefined {
  if (!timedOut || runtime.progress?.done === undefined) return undefined;
  const busy = extensions.registered().filter((one) => one.wants("INVOKE") && one.state !== "Ready");
  if (busy.length === 0) return undefined;
  return (
    `The invocation timed out waiting for the extension ${namesOf(busy)}, long after the runtime was done: ` +
    "it ends when all that take INVOKE have asked for their next event."
  );
}

function namesOf(extensions: readonly { readonly name: string }[]): string {
  return extensions.map(({ name }) => name).join(", ");
}
