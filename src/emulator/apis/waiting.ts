// A long poll: a response that is written when there is something to say.
import type { ServerResponse } from "node:http";
import type { Waiting } from "./calls.ts";

/** Holds a response back until `write` is given its event. */
export function holdBack<Event>(
  response: ServerResponse,
  write: (response: ServerResponse, event: Event) => void,
): Waiting<Event> {
  return {
    get open() {
      return !response.destroyed && !response.writableEnded;
    },
    deliver: (event) => write(response, event),
  };
}
