// The network that an environment's processes live in: this machine's own, or one for them alone.
import type { Server as HttpServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

/** Opens a connection to a port of the environment's 127.0.0.1; rejects where nobody listens. */
export type Connect = (port: number) => Promise<Socket>;

/** A network as an environment uses it. */
export interface Network {
  /** What a program is started with to be in it: nothing in this machine's own. */
  readonly entrance: readonly string[];
  /** Has a server answer on the environment's 127.0.0.1; gives `127.0.0.1:PORT`. */
  serve(server: HttpServer): Promise<string>;
  readonly connect: Connect;
}

/** This machine's own, shared by whoever is in it. */
export const machineNetwork: Network = {
  entrance: [],
  async serve(server) {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  },
  connect: (port) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: "127.0.0.1", port });
      socket.once("error", reject);
      socket.once("connect", () => {
        socket.off("error", reject);
        resolve(socket);
      });
    }),
};
