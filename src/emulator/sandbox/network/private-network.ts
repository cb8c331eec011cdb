// A network for one environment alone: its loopback, the Runtime API, and the ports of this machine that are forwarded into it.
import type { Server as HttpServer } from "node:http";
import { connect, type Server, type Socket } from "node:net";
import { type HelperChannel, startHelper } from "./helper-channel.ts";
import type { Network } from "./network.ts";

/** Where Lambda itself has its Runtime API. */
const lambdaPort = 9001;

/** How a level makes networks. */
export interface NetworkCommands {
  /** Starts what follows in a network of its own, as this machine's files and processes see it. */
  readonly make: readonly string[];
  /** Starts what follows in the network of a process. */
  enter(pid: number): readonly string[];
  /** Tries whether a place can be made behind an entrance; gives what went wrong. */
  attempt(entrance: readonly string[]): Promise<string | undefined>;
}

/** A network with an end. */
export interface PrivateNetwork extends Network {
  /** Resolves when it broke down although nobody closed it, with the reason. */
  readonly lost: Promise<string>;
  /** Has connections inside to one more port reach the same port of this machine's 127.0.0.1; rejects where it is taken in there. */
  forward(port: number): Promise<void>;
  close(): Promise<void>;
}

/**
 * Makes one. Connections inside to a port of `forwarded` reach the same port of this machine's 127.0.0.1. Rejects where this machine
 * has none to give.
 */
export async function openPrivateNetwork(
  commands: NetworkCommands,
  forwarded: readonly number[],
): Promise<PrivateNetwork> {
  const helper = await startHelper(commands.make);
  const open = new Set<Server | Socket>();
  try {
    const port = [lambdaPort, 9002, 9003].find((candidate) => !forwarded.includes(candidate)) ?? lambdaPort;
    const listening = [...new Set(forwarded)].map(async (forward) =>
      relay(await helper.listen(forward), forward, open),
    );
    const [api] = await Promise.all([helper.listen(port), ...listening]);
    return complete({ helper, api, port, open, forwarded, entrance: commands.enter(helper.pid) });
  } catch (error) {
    await closeAll(helper, open);
    throw error;
  }
}

interface Parts {
  readonly helper: HelperChannel;
  readonly api: Server;
  readonly port: number;
  readonly open: Set<Server | Socket>;
  readonly forwarded: readonly number[];
  readonly entrance: readonly string[];
}

function complete({ helper, api, port, open, forwarded, entrance }: Parts): PrivateNetwork {
  let closed = false;
  open.add(api);
  return {
    entrance,
    async serve(server: HttpServer) {
      // The server takes the socket over, and closes it.
      server.listen(api);
      open.delete(api);
      return `127.0.0.1:${port}`;
    },
    connect: (target) => helper.connect(target),
    async forward(wanted) {
      if (!forwarded.includes(wanted)) relay(await helper.listen(wanted), wanted, open);
    },
    lost: new Promise((resolve) => {
      void helper.ended.then((reason) => {
        if (!closed) resolve(reason);
      });
    }),
    close() {
      closed = true;
      return closeAll(helper, open);
    },
  };
}

async function closeAll(helper: HelperChannel, open: Set<Server | Socket>): Promise<void> {
  for (const one of open) {
    if ("destroy" in one) one.destroy();
    else one.close();
  }
  open.clear();
  await helper.close();
}

/** Passes connections on to this machine's port, half-closed ones too. */
function relay(server: Server, port: number, open: Set<Server | Socket>): void {
  open.add(server);
  Object.assign(server, { allowHalfOpen: true });
  // A connection that could not be taken, where this process has no file descriptor left, is the caller's loss alone.
  server.on("error", () => {});
  server.on("connection", (inner) => {
    const outer = connect({ host: "127.0.0.1", port, allowHalfOpen: true, noDelay: true });
    inner.setNoDelay(true);
    for (const [socket, other] of [
      [inner, outer],
      [outer, inner],
    ] as const) {
      open.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.resetAndDestroy());
      socket.on("close", () => open.delete(socket));
    }
  });
}
