// Serves a folder in this process, as the only one that does.
import { packageVersion } from "../../model/package.ts";
import { type Listener, listenOnLoopback } from "../listener.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../server.ts";
import { askLeader } from "./ask.ts";
import { endpointFolder, prepareFolder } from "./folder.ts";
import { claim, isLast, type Leader, lastLeader, removeEarlier } from "./leader-file.ts";
import { answerVerb } from "./side-door.ts";
import { type EndpointStatus, wantedIdentity } from "./status.ts";

/** How the folder is to be served. */
export interface LeadOptions extends Omit<EmulatorOptions, "listener" | "sideDoor"> {
  /** Ends by itself after so long without anybody; never without. */
  readonly idleMilliseconds?: number | undefined;
  /** For people who read the leader's file. */
  readonly pid: number;
}

/** A folder that is being served by this process. */
export interface LeadingEndpoint extends Emulator {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

/** How long invocations that run get to end when the endpoint is told to. */
const graceMilliseconds = 10_000;
const watchMilliseconds = 2000;

/**
 * Claims the folder and serves it; undefined where somebody else does already. Listens first, so that who finds the claim finds a
 * listening port.
 */
export async function leadEndpoint(options: LeadOptions): Promise<LeadingEndpoint | undefined> {
  const { directory, now = Date.now } = options;
  prepareFolder(directory);
  const listener = await listenOnLoopback(options.port ?? 0);
  try {
    const leader = await becomeLeader(directory, { port: listener.port, pid: options.pid, now: now() });
    if (leader) return await serve(options, { listener, leader });
  } catch (error) {
    await listener.close();
    throw error;
  }
  await listener.close();
  return undefined;
}

async function becomeLeader(
  directory: string,
  self: { readonly port: number; readonly pid: number; readonly now: number },
): Promise<Leader | undefined> {
  const folder = endpointFolder(directory);
  while (true) {
    const last = lastLeader(folder);
    if (last && (await askLeader(last, { verb: "ping" }))) return undefined;
    const leader = await claim(folder, { ...self, after: last?.number ?? 0 });
    if (leader) return leader;
    // Somebody else has the number: look again who.
  }
}

interface Claimed {
  readonly listener: Listener;
  readonly leader: Leader;
}

async function serve(options: LeadOptions, { listener, leader }: Claimed): Promise<LeadingEndpoint> {
  const { directory, env, now = Date.now } = options;
  const folder = endpointFolder(directory);
  removeEarlier(folder, leader);
  const identity = wantedIdentity(env, packageVersion);
  let closing = false;
  let level: string | undefined;
  let reportEnd = () => {};
  const ended = new Promise<void>((resolve) => {
    reportEnd = resolve;
  });

  const status = (): EndpointStatus => ({
    ...identity,
    url: listener.url,
    directory,
    pid: options.pid,
    startedAt: leader.startedAt,
    closing,
    active: emulator.active() + emulator.activity.running,
    functions: emulator.functions(),
    idleMilliseconds: emulator.activity.idleMilliseconds,
    idleLimitMilliseconds: options.idleMilliseconds ?? 0,
    isolationLevel: level,
  });
  const verbs = {
    ping: () => {
      if (!closing) emulator.activity.touch();
      return status();
    },
    inspect: async () => {
      const executor = await emulator.executor().catch(() => undefined);
      level = executor?.isolation.level;
      return status();
    },
    stop: () => {
      void close();
      return status();
    },
  };

  const emulator = await startEmulator({
    ...options,
    isolation: options.isolation ?? identity.isolation,
    listener,
    sideDoor: (request, path) => answerVerb(request, path, { leader, verbs }),
  });
  const timer = setInterval(
    () => {
      const idle = options.idleMilliseconds !== undefined && emulator.active() === 0;
      const tired = idle && emulator.activity.idleMilliseconds >= (options.idleMilliseconds ?? 0);
      // A folder that was removed, or claimed by another: nobody finds this process any more.
      if (tired || !isLast(folder, leader)) void close();
    },
    Math.min(watchMilliseconds, options.idleMilliseconds ?? watchMilliseconds),
  );
  timer.unref();

  let end: Promise<void> | undefined;
  function close(): Promise<void> {
    end ??= shutDown();
    return end;
  }
  async function shutDown(): Promise<void> {
    closing = true;
    clearInterval(timer);
    const deadline = now() + graceMilliseconds;
    while (emulator.active() > 0 && now() < deadline) await new Promise((resolve) => setTimeout(resolve, 20));
    await emulator.close();
    reportEnd();
  }
  return { ...emulator, ended, close };
}
