// A listener that speaks TCP: one connection, one line of JSON for each event.
import { connect, type Socket } from "node:net";
import type { Destination } from "./destination.ts";

/** Dials at once. A listener that is not there yet is dialled again with the next batch. */
export function tcpDestination(port: number): Destination {
  let socket = dial(port);
  return {
    send(events, signal) {
      if (socket.destroyed || socket.writableEnded) socket = dial(port);
      const current = socket;
      return new Promise((resolve, reject) => {
        const stop = (error: Error) => {
          // Part of the batch may have arrived: on another connection it starts from the beginning.
          current.destroy();
          reject(error);
        };
        const onAbort = () => stop(new Error("it did not read"));
        const onClose = () => stop(new Error("it closed the connection"));
        signal.addEventListener("abort", onAbort, { once: true });
        current.once("error", stop);
        current.once("close", onClose);
        current.write(events.map((event) => `${event}\n`).join(""), (error) => {
          signal.removeEventListener("abort", onAbort);
          current.off("error", stop);
          current.off("close", onClose);
          if (error) stop(error);
          else resolve();
        });
      });
    },
    close: () => socket.destroy(),
  };
}

function dial(port: number): Socket {
  const socket = connect({ host: "127.0.0.1", port, noDelay: true });
  socket.on("error", () => {});
  // Nothing is expected from there, but its end must be noticed.
  socket.resume();
  socket.unref();
  return socket;
}
