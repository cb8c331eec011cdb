// Publishes of one layer take turns on this machine: two at once would each find nothing there, and make two versions of the same bytes.
// Who has the turn listens on a socket of its name, which the system takes back however the process ends.
import { createHash, randomUUID } from "node:crypto";
import { link, rename, rm } from "node:fs/promises";
import { connect, createServer, type Server, type Socket } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { interruptedError } from "../model/errors.ts";

/** What decides where a turn's socket is. */
export interface TurnPlace {
  readonly platform: NodeJS.Platform;
  /** Whose turns these are: other users of the machine have their own. */
  readonly user: string;
  /** For systems on which a socket is a file. */
  readonly folder: string;
}

/** What turns are asked for. */
export interface TurnRequest {
  /** Turns are taken for each of them. */
  readonly names: readonly string[];
  readonly place: TurnPlace;
  readonly signal: AbortSignal;
  /** Called when somebody else has one of the turns. */
  readonly waiting: (name: string) => void;
}

/** A turn that was taken. */
export interface Turn {
  end(): Promise<void>;
}

/** Waits for all the turns, for as long as it takes. Where this machine has no sockets to give, nobody is waited for. */
export async function takeTurns({ names, ...request }: TurnRequest): Promise<Turn> {
  const held: Held[] = [];
  const end = async () => {
    await Promise.all(held.splice(0).map((turn) => turn.end()));
  };
  try {
    // In one order, or two of them could wait for each other.
    for (const name of [...new Set(names)].sort()) {
      const turn = await takeTurn(name, request);
      if (turn) held.push(turn);
    }
    return { end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** The address of a turn's socket: in Linux's abstract name space, a pipe on Windows, a file elsewhere. */
export function addressOf(name: string, { platform, user, folder }: TurnPlace): string {
  const id = createHash("sha256")
    .update(JSON.stringify([user, name]))
    .digest("hex")
    .slice(0, 32);
  if (platform === "linux") return `\0lambda-ext-publish-${id}`;
  if (platform === "win32") return `\\\\.\\pipe\\lambda-ext-publish-${id}`;
  // A socket's path has 103 characters, and macOS's folder for temporary files half of them.
  return join(folder, `lambda-ext-${id}.sock`);
}

interface Held {
  end(): Promise<void>;
}

/** Between two attempts at an address that is neither free nor answers: somebody is just beginning or ending. */
const pauseMilliseconds = 20;

async function takeTurn(
  name: string,
  { place, signal, waiting }: Omit<TurnRequest, "names">,
): Promise<Held | undefined> {
  const address = addressOf(name, place);
  for (let told = false; ; ) {
    if (signal.aborted) throw interruptedError();
    const held = await listen(address);
    if (held !== "taken") return held;
    const answered = await outlast(address, signal, () => {
      if (!told) waiting(name);
      told = true;
    });
    if (answered) continue;
    if (address.startsWith(place.folder)) await removeDead(address, signal);
    await sleep(pauseMilliseconds);
  }
}

/** Undefined where no socket can be had at all: a turn is a courtesy, and no reason not to publish. */
async function listen(address: string): Promise<Held | "taken" | undefined> {
  const waiters = new Set<Socket>();
  const server: Server = createServer((socket) => {
    waiters.add(socket);
    socket.unref().on("error", () => {});
    socket.on("close", () => waiters.delete(socket));
  }).unref();
  return await new Promise((resolve) => {
    server.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code === "EADDRINUSE" ? "taken" : undefined));
    server.listen(address, () => {
      server.on("error", () => {});
      resolve({
        end: () =>
          new Promise((ended) => {
            server.close(() => ended());
            for (const socket of waiters) socket.destroy();
          }),
      });
    });
  });
}

/** Waits until whoever listens there has ended; false where nobody does. */
async function outlast(address: string, signal: AbortSignal, answered: () => void): Promise<boolean> {
  return await new Promise((resolve, reject) => {
    let met = false;
    const socket = connect(address);
    const stop = () => {
      socket.destroy();
      reject(interruptedError());
    };
    signal.addEventListener("abort", stop, { once: true });
    socket.on("connect", () => {
      met = true;
      answered();
    });
    socket.on("error", () => {});
    // Reading is how a closed connection is noticed.
    socket.resume().on("close", () => {
      signal.removeEventListener("abort", stop);
      resolve(met);
    });
  });
}

/**
 * Removes the file of a process that has died. It is put aside first and asked once more, so that of two who do this at once the second
 * does not take away what the first has begun.
 */
async function removeDead(file: string, signal: AbortSignal): Promise<void> {
  const aside = `${file}.${randomUUID().slice(0, 8)}`;
  try {
    await rename(file, aside);
  } catch {
    return;
  }
  const alive = await new Promise<boolean>((resolve) => {
    const socket = connect(aside, () => resolve(true)).on("error", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
  if (alive) await link(aside, file).catch(() => {});
  await rm(aside, { force: true });
  if (signal.aborted) throw interruptedError();
}
