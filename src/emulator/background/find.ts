// Finds the endpoint of a folder without starting one.
import { existsSync } from "node:fs";
import type { InvocationTrace } from "../../model/invocation-trace.ts";
import { askLeader, askTrace } from "./ask.ts";
import { destinationsFolder, endpointFolder, localFolder, logFile, prepareFolder } from "./folder.ts";
import { lastLeader } from "./leader-file.ts";
import type { EndpointStatus } from "./status.ts";
import { stopLeader } from "./stop.ts";

/** What decides which folder is meant. */
export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd?: string | undefined;
}

/** The folder of the local target, absolute. */
export function localDirectory({ env, cwd = "/" }: Surroundings): string {
  return localFolder({ env, cwd, platform: process.platform });
}

/** The log of the process in the background. */
export function localLog(directory: string): string {
  return logFile(directory);
}

/** Where functions' records for queues, topics, buses and buckets are; undefined where there are none. */
export function localDestinations(directory: string): string | undefined {
  const folder = destinationsFolder(directory);
  return existsSync(folder) ? folder : undefined;
}

/** The endpoint that runs, as it is; without a status where none does. `inspect` also looks what isolation it can give. */
export async function findEndpoint(
  surroundings: Surroundings & { readonly signal: AbortSignal },
  verb: "ping" | "inspect" = "ping",
): Promise<{ readonly directory: string; readonly status: EndpointStatus | undefined }> {
  const directory = localDirectory(surroundings);
  prepareFolder(directory);
  const leader = lastLeader(endpointFolder(directory));
  const status = leader && (await askLeader(leader, { verb, signal: surroundings.signal }));
  return { directory, status };
}

/** What happened in one of the latest invocations; undefined where no endpoint runs, or the one that runs does not know it. */
export async function findTrace(
  surroundings: Surroundings & { readonly signal: AbortSignal },
  requestId: string,
): Promise<InvocationTrace | undefined> {
  const directory = localDirectory(surroundings);
  prepareFolder(directory);
  const leader = lastLeader(endpointFolder(directory));
  return leader && (await askTrace(leader, { requestId, signal: surroundings.signal }));
}

/** Ends the endpoint that runs, where one does. */
export async function stopEndpoint(
  surroundings: Surroundings & { readonly signal: AbortSignal },
): Promise<{ readonly directory: string; readonly stopped: boolean }> {
  const directory = localDirectory(surroundings);
  prepareFolder(directory);
  const leader = lastLeader(endpointFolder(directory));
  return { directory, stopped: leader !== undefined && (await stopLeader(leader, surroundings)) };
}
