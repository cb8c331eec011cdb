// Empties a folder: whoever serves it is ended first, and nobody else can begin to meanwhile.
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { listenOnLoopback } from "../listener.ts";
import { completeSettings } from "../settings.ts";
import { askLeader } from "./ask.ts";
import { endpointFolder, prepareFolder } from "./folder.ts";
import { claim, type Leader, lastLeader, removeEarlier } from "./leader-file.ts";
import { answerVerb } from "./side-door.ts";
import { type EndpointStatus, ownBuild } from "./status.ts";
import { stopLeader } from "./stop.ts";
import { chosenSettings } from "./wanted.ts";

interface ResetOptions {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  readonly pid: number;
  readonly signal: AbortSignal;
}

/** Removes all that the account holds. The credentials stay: what a shell has exported goes on working. */
export async function resetFolder(options: ResetOptions): Promise<void> {
  const { directory, pid } = options;
  prepareFolder(directory);
  const folder = endpointFolder(directory);
  const listener = await listenOnLoopback(0);
  try {
    const leader = await takeOver(options, listener.port);
    const closing: EndpointStatus = {
      ...ownBuild(),
      settings: completeSettings(chosenSettings(options.env)),
      url: listener.url,
      directory,
      pid,
      startedAt: leader.startedAt,
      // Commands that come now wait until this is over.
      closing: true,
      active: 1,
      functions: 0,
      idleMilliseconds: 0,
      idleLimitMilliseconds: 0,
      faults: [],
      warnings: [],
    };
    const verbs = { ping: () => closing, inspect: () => closing, stop: () => closing };
    listener.serve(async (request, response) => {
      const answer = await answerVerb(request, request.url ?? "", { leader, verbs });
      response.writeHead(answer?.status ?? 503, answer?.headers).end(answer?.body);
    });
    removeEarlier(folder, leader);
    for (const part of ["store", "work", "destinations"])
      await rm(join(directory, part), { recursive: true, force: true });
  } finally {
    await listener.close();
  }
}

async function takeOver({ directory, signal, pid }: ResetOptions, port: number): Promise<Leader> {
  const folder = endpointFolder(directory);
  while (true) {
    signal.throwIfAborted();
    const last = lastLeader(folder);
    if (last && (await askLeader(last, { verb: "ping", signal }))) await stopLeader(last, { signal });
    const leader = await claim(folder, { port, pid, now: Date.now(), after: last?.number ?? 0 });
    if (leader) return leader;
  }
}
