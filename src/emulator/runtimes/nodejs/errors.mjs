// What was thrown, in the two forms that AWS's clients give it: the body that is posted, and the object that is logged.

/** An error of a type that Lambda names. */
export function named(type, message) {
  const error = new Error(message);
  // Not among what is logged of it.
  Object.defineProperty(error, "name", { value: type, enumerable: false });
  // Made while it was called Error.
  error.stack = error.stack.replace(/^Error/, type);
  return error;
}

/** The body for the Runtime API. */
export function errorBody(thrown) {
  try {
    if (!isErrorLike(thrown)) return { errorType: typeof thrown, errorMessage: String(thrown), trace: [] };
    return {
      errorType: withoutDelete(thrown.name),
      errorMessage: withoutDelete(thrown.message),
      trace: (withoutDelete(thrown.stack) ?? "").split("\n"),
    };
  } catch {
    return {
      errorType: "handled",
      errorMessage: "The handler failed with something that has no name, message or text that could be read.",
    };
  }
}

/** The error for the log: what is none becomes the message of one. */
export function asError(thrown) {
  if (thrown instanceof Error) return thrown;
  try {
    return new Error(thrown);
  } catch {
    // An object that has no text.
    return new Error(errorBody(thrown).errorMessage);
  }
}

/** One line of JSON: type, message, code, its own properties, stack; errors inside it likewise. */
export function errorText(error) {
  try {
    return JSON.stringify(error, (_key, value) => (value instanceof Error ? withEverything(value) : value));
  } catch {
    // A circle, or a number that JSON has no word for.
    return JSON.stringify(errorBody(error));
  }
}

function withEverything(error) {
  const { name: errorType, message: errorMessage, code, stack } = error;
  const all = Object.assign({ errorType, errorMessage, code }, error);
  return typeof stack === "string" ? { ...all, stack: stack.split("\n") } : all;
}

/** One of this realm or another: vm, a copied class. */
function isErrorLike(value) {
  if (value instanceof Error) return true;
  return [value?.name, value?.message, value?.stack].every((text) => typeof text === "string" && text !== "");
}

/** DEL breaks an HTTP header. */
const withoutDelete = (text) => text?.replaceAll("\x7f", "%7F");
