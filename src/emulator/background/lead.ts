// Serves a folder in this process, as the only one that does.
import { LambdaExtError } from "../../model/errors.ts";
import { writeFault } from "../faults/read-fault.ts";
import { type Listener, listenOnLoopback } from "../listener.ts";
import { killLeftovers } from "../sandbox/marks.ts";
import { type Emulator, type EmulatorOptions, startEmulator } from "../server.ts";
import { completeSettings } from "../settings.ts";
import { askLeader } from "./ask.ts";
import { endpointFolder, prepareFolder } from "./folder.ts";
import { claim, isLast, type Leader, lastLeader, removeEarlier } from "./leader-file.ts";
import { answerVerb } from "./side-door.ts";
import { type EndpointStatus, ownBuild } from "./status.ts";
import { chosenSettings } from "./wanted.ts";
import { RecentWarnings } from "./warnings.ts";

/** How the folder is to be served. */
export interface LeadOptions extends Omit<EmulatorOptions, "listener" | "sideDoor"> {
  /** Ends by itself after so long without anybody; never without. */
  readonly idleMilliseconds?: number | undefined;
  /** How long calls that are under way get when the endpoint is to end; none without. */
  readonly graceMilliseconds?: number | undefined;
  /** Where a relative path in `env` begins; `/` without. */
  readonly cwd?: string | undefined;
  /** For people who read the leader's file. */
  readonly pid: number;
}

/** A folder that is being served by this process. */
export interface LeadingEndpoint extends Emulator {
  /** Resolves when it has ended, for whatever reason. */
  readonly ended: Promise<void>;
}

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
  const { directory, env, idleMilliseconds } = options;
  const folder = endpointFolder(directory);
  removeEarlier(folder, leader);
  const settings = completeSettings(options, chosenSettings(env, options.cwd));
  const build = ownBuild();
  const { now = Date.now, warn = () => {} } = options;
  const warnings = new RecentWarnings();
  const tell = (message: string) => {
    warnings.add(message, now());
    warn(message);
  };
  let execution: Pick<EndpointStatus, "isolationLevel" | "executionProblem"> = {};
  let timer: NodeJS.Timeout | undefined;
  let end: Promise<void> | undefined;
  let reportEnd = () => {};
  const ended = new Promise<void>((resolve) => {
    reportEnd = resolve;
  });

  // Whoever asks while the store is still being opened waits for it.
  const starting = startEmulator({
    ...options,
    ...settings,
    warn: tell,
    listener,
    sideDoor: (request, path) => answerVerb(request, path, { leader, verbs }),
  });
  const verbs = {
    ping: async () => {
      const { activity } = await starting;
      if (!end) activity.touch();
      return status();
    },
    inspect: async () => {
      const emulator = await starting;
      execution = await emulator.executor().then(({ isolation }) => ({ isolationLevel: isolation.level }), problemOf);
      return status();
    },
    trace: async (requestId: string) => (await starting).trace(requestId),
    stop: () => {
      void close();
      return status();
    },
  };
  const status = async (): Promise<EndpointStatus> => {
    const emulator = await starting;
    return {
      ...build,
      settings: { ...settings, faults: emulator.faults().map(({ fault }) => fault) },
      faults: emulator.faults().map(({ fault, met }) => ({ fault: writeFault(fault), met })),
      url: listener.url,
      directory,
      pid: options.pid,
      startedAt: leader.startedAt,
      closing: end !== undefined,
      active: Math.max(emulator.active(), emulator.activity.running),
      functions: emulator.functions(),
      idleMilliseconds: emulator.activity.idleMilliseconds,
      idleLimitMilliseconds: idleMilliseconds ?? 0,
      warnings: warnings.all,
      ...execution,
    };
  };
  const close = (): Promise<void> => {
    end ??= shutDown();
    return end;
  };
  const shutDown = async (): Promise<void> => {
    clearInterval(timer);
    await (await starting).close({ graceMilliseconds: options.graceMilliseconds });
    reportEnd();
  };

  const emulator = await starting;
  // Whether or not a function is ever run: a process that was left behind may hold a port.
  void killLeftovers(tell);
  const watch = () => {
    const idle = idleMilliseconds !== undefined && emulator.active() === 0;
    const tired = idle && emulator.activity.idleMilliseconds >= idleMilliseconds;
    // A folder that was removed, or claimed by another: nobody finds this process any more.
    if (tired || !isLast(folder, leader)) void close();
  };
  if (!end) timer = setInterval(watch, Math.min(watchMilliseconds, idleMilliseconds ?? watchMilliseconds)).unref();
  return { ...emulator, ended, close };
}

/** Why no function can be run, for the status. */
function problemOf(error: unknown): Pick<EndpointStatus, "executionProblem"> {
  if (!(error instanceof LambdaExtError)) return { executionProblem: { code: "Failed", message: String(error) } };
  const { code, message, hint } = error;
  return { executionProblem: { code, message, hint } };
}
