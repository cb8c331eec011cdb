// A listener that speaks TCP: one connection, one line of JSON for each event.
import type { Socket } from "node:net";
import type { Connect } from "../sandbox/network/network.ts";
import type { Destination } from "./destination.ts";

/** Dials at once. A listener that is not there yet is dialled again with the next batch. */
export function tcpDestination(port: number, connect: Connect): Destination {
  let closed = false;
  let dialled = dial();

  function dial(): Promise<Socket> {
    const made = connect(port).then((socket) => {
      if (closed) socket.destroy();
      socket.on("error", () => {});
      socket.setNoDelay(true);
      // Nothing is expected from there, but its end must be noticed.
      socket.resume();
      socket.unref();
      return socket;
    });
    // Told when something is to be sent.
    made.catch(() => {});
    return made;
  }

  async function connected(): Promise<Socket> {
    const socket = await dialled.catch(() => undefined);
    if (socket && !socket.destroyed && !socket.writableEnded) return socket;
    dialled = dial();
    return dialled;
  }

  return {
    async send(events, signal) {
      const socket = await unlessAborted(connected(), signal);
      await write(socket, events, signal);
    },
    close() {
      closed = true;
      dialled.then(
        (socket) => socket.destroy(),
        () => {},
      );
    },
  };
}

function write(socket: Socket, events: readonly string[], signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (error: Error) => {
      // Part of the batch may have arrived: on another connection it starts from the beginning.
      socket.destroy();
      reject(error);
    };
    const onAbort = () => stop(new Error("it did not read"));
    const onClose = () => stop(new Error("it closed the connection"));
    signal.addEventListener("abort", onAbort, { once: true });
    socket.once("error", stop);
    socket.once("close", onClose);
    socket.write(events.map((event) => `${event}\n`).join(""), (error) => {
      signal.removeEventListener("abort", onAbort);
      socket.off("error", stop);
      socket.off("close", onClose);
      if (error) stop(error);
      else resolve();
    });
  });
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Error("it did not read"));
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
